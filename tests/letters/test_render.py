"""Skeletons: made once, complete, and safe whatever stands in them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import jinja2
import pytest

from service.errors import Refused
from service.letters import inline, render, slots
from service.letters.letter import Letter
from tests.support import letters


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What premailer was given, in this test."""
    seen: list[str] = []
    real = inline._premailer

    def counted(html: str) -> str:
        seen.append(html)
        return real(html)

    monkeypatch.setattr(inline, "_premailer", counted)
    return seen


async def test_a_skeleton_is_inlined_once_however_many_ask_at_once(runs: list[str]) -> None:
    found = await asyncio.gather(*(letters.sample("registration_confirmed", "en", name="Once") for _ in range(50)))
    assert len({letter.html for letter in found}) == 1
    assert len(runs) == 1


async def test_another_brand_is_another_skeleton(runs: list[str]) -> None:
    await letters.sample("sign_in_link", "en", name="One")
    await letters.sample("sign_in_link", "en", name="Other")
    assert len(runs) == 2


async def test_one_who_gives_up_does_not_take_it_from_the_others() -> None:
    impatient = asyncio.create_task(letters.sample("sign_in_link", "en", name="Impatient"))
    patient = asyncio.create_task(letters.sample("sign_in_link", "en", name="Impatient"))
    await asyncio.sleep(0)
    impatient.cancel()
    assert "Impatient" in (await patient).html


async def test_a_value_that_is_missing_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(jinja2.UndefinedError, match="topics"):
        await render.letter(template="confirm_subscription", language="et", brand=letters.brand(), values={"valid_days": 7})


async def test_what_people_typed_is_escaped_in_html_and_as_it_is_in_text() -> None:
    event = letters.event(title='<script>alert("1")</script> & Co', place="a < b")
    letter = await render.letter(template="registration_exists", language="en", brand=letters.brand(), values={"event": event})
    assert "<script" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert '<script>alert("1")</script> & Co' in letter.text
    assert "\n" not in letter.subject


async def test_control_characters_from_a_word_processor_are_left_out() -> None:
    values = {"event": letters.event(title="Avaseminar\x0bja\x00nõukoda\r\nBcc: x")}
    letter = await render.letter(template="registration_exists", language="en", brand=letters.brand(), values=values)
    assert letter.subject == "You were registered already: Avaseminar ja nõukoda Bcc: x"
    assert not set(letter.html + letter.text) & {"\x0b", "\x00"}


async def test_times_are_told_in_the_zone_of_the_event() -> None:
    values = {"event": letters.event()}
    letter = await render.letter(
        template="registration_exists", language="en", brand=letters.brand(), values=values, zone="Europe/Podgorica"
    )
    assert "Tuesday, 13 April 2027, 11:00–14:00" in letter.text
    assert "Podgorica" in letter.text


async def test_the_calendar_is_spoken_of_only_when_it_comes_along() -> None:
    values = {"event": letters.event()}
    without = await render.letter(template="registration_cancelled", language="en", brand=letters.brand(), values=values)
    assert "calendar" not in without.text
    assert "calendar" in (await letters.sample("registration_cancelled", "en")).text


async def test_an_online_link_is_for_those_who_have_a_place() -> None:
    assert "meet.example.org" in (await letters.sample("registration_confirmed", "en")).html
    for template in ("registration_waitlisted", "registration_cancelled", "registration_exists"):
        letter = await letters.sample(template, "en")
        assert "meet.example.org" not in letter.html + letter.text


async def test_a_changed_event_says_what_was_before() -> None:
    letter = await letters.sample("event_changed", "en")
    assert letter.subject == "New time: Strateegiaseminar: disain & film"
    assert "Before: Wednesday, 2 June 2027, 09:00–18:00" in letter.text
    assert "Before: <s>Rakvere</s>" in letter.html


async def test_slots_come_through_in_text_links_and_subject() -> None:
    words = {"subject": f"Tere, {slots.slot('name')}!", "title": slots.slot("greeting")}
    values: dict[str, Any] = {**letters.SAMPLES["newsletter"].values, **words}
    values["blocks"] = [letters.block(f"[Minu]({slots.slot('preferences_url')}) https://example.org/?who={slots.slot('name')}")]
    letter = await render.letter(template="newsletter", language="et", brand=letters.brand(), values=values)
    assert letter.subject == "Tere, KUTSE7name7SLOT!"
    assert letter.html.count('href="KUTSE7preferences_url7SLOT"') == 2
    assert "https://example.org/?who=KUTSE7name7SLOT" in letter.html
    assert letter.text.startswith("Ida-Viru Loomeklaster")
    assert "KUTSE7greeting7SLOT" in letter.text


def test_a_letter_knows_all_its_slots_and_those_of_its_calendar() -> None:
    calendar = f"UID:{slots.slot('uid')}".encode()
    letter = Letter("et", slots.slot("name"), "", slots.slot("greeting"), slots.slot("some_url"), calendar, "REQUEST")
    assert letter.slots == {"name", "greeting", "some_url", "uid"}


def test_a_method_without_a_calendar_object_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="or neither"):
        Letter("et", "a", "", "b", "c", None, "REQUEST")


def test_a_letter_that_gmail_would_cut_off_is_refused_in_words() -> None:
    fits = Letter("et", "a", "", "b", "õ" * (51 * 1024))
    fits.refuse_if_clipped()
    with pytest.raises(Refused) as refusal:
        replace(fits, html=fits.html + "õ").refuse_if_clipped()
    assert refusal.value.problem.values == {"size": 103, "limit": 102}
