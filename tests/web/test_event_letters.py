"""The coordinator's side of an event's letters: when they go out, what they say, a look and a test."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from itertools import product

import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.events import agenda_edits, choosing, drafting, invitees, letters, modes, reminders, words_of
from service.events.agenda_edits import Change
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.plan import Plan
from service.events.proof import Proof
from service.events.terms import Mode, Terms
from service.identity import sessions
from service.languages.dates import Dates
from service.languages.locales import LANGUAGES
from service.letters import render, slots
from service.letters.links import Links
from tests.conftest import Clock
from tests.support import events, factories, identity
from tests.support.agenda import item, registration_id
from tests.support.browser import Browser

OWN = {
    "subject": "Tule kohale: {event}",
    "words": "# Oled *kirjas*\n\nTere, {name}! {time}, {place}.\n\n- Võta **arvuti** kaasa",
    "version": "0",
}


@pytest.fixture
def office(cluster: Cluster, links: Links) -> Office:
    return events.office(cluster, links)


@pytest_asyncio.fixture(loop_scope="session")
async def event(browser: Browser, cluster: Cluster, clock: Clock) -> Occasion:
    """A published event whose coordinator is signed in."""
    kadri = await identity.coordinator(now=clock(), cluster=cluster, password=None)
    browser.client.cookies.set("__Host-kutse_session", await sessions.open(coordinator_id=kadri.id, now=clock()))
    title = {"et": "Sari: *üks* [kaks](https://example.org) & <kolm>", "en": "Series"}
    return await events.published(cluster=cluster, now=clock(), title=title)


def page_of(event: Occasion, kind: str = "registration_confirmed", language: str = "et") -> str:
    return f"/console/loomeklaster/events/{event.id}/letters/{kind}?language={language}"


async def save(browser: Browser, event: Occasion, **fields: str) -> None:
    await browser.open(page_of(event))
    await browser.submit(page_of(event), OWN | fields, follow=False)


async def say(office: Office, event: Occasion, kind: str, subject: str, words: str, now: datetime) -> None:
    """Other words in English."""
    save = partial(words_of.save, cluster=office.cluster, event_id=event.id, kind=kind, language="en")
    await save(subject=subject, words=words, version=0, now=now)


async def test_every_letter_shows_its_standard_words_in_every_language(office: Office, now: datetime) -> None:
    event = await events.draft(cluster=office.cluster, now=now)
    for kind, language in product(letters.KINDS.values(), LANGUAGES):
        usual = await Proof(office, event, kind, language).standard()
        assert usual.words.startswith("# ")
        assert not list(words_of.problems(usual.subject, usual.words, kind))


async def test_every_letter_says_in_own_words_that_are_the_standard_what_it_says_anyway(office: Office, now: datetime) -> None:
    event = await events.draft(cluster=office.cluster, now=now)
    for kind in letters.KINDS.values():
        proof = Proof(office, event, kind, "en")
        usual = await proof.standard()
        said = proof.as_read_by(await proof.saved(), name="Kadri")
        again = proof.as_read_by(await proof.typed(subject=usual.subject, words=usual.words), name="Kadri")
        assert render.has_words(kind.template)
        assert not slots.names_in(said.html + said.text + again.html + again.text)
        assert (again.subject, again.text) == (said.subject, said.text)


async def test_the_words_of_one_language_change_and_the_others_stay_standard(
    browser: Browser, event: Occasion, office: Office, now: datetime
) -> None:
    await save(browser, event)
    assert browser.page.status_code == 303
    for number, language in enumerate(("et", "en"), start=1):
        await events.register(office=office, event=event, now=now, number=number, language=language)
    own, standard = await events.posted()
    assert own.subject == "Tule kohale: Sari: *üks* [kaks](https://example.org) & <kolm>"
    assert own.text.startswith("Oled kirjas\n===========\n\nTere, Mari Maasikas 1!")
    assert "Vaba Lava, Linda 2, Narva." in own.text
    assert (own.method, standard.subject) == ("REQUEST", "You are registered: Series")
    assert "Mari" in own.text
    html = await events.html_of(own)
    assert "<strong>arvuti</strong>" in html
    assert "Oled *kirjas*</h1>" in html
    assert "[kaks](https://example.org) &amp; &lt;kolm&gt;" in html
    assert "\n--\n" in own.text


async def test_back_to_the_standard_words(browser: Browser, event: Occasion, office: Office, now: datetime) -> None:
    await save(browser, event)
    await browser.open(page_of(event))
    await browser.submit(page_of(event).replace("?", "/standard?"), {})
    assert "own words" not in browser.text()
    await events.register(office=office, event=event, now=now, language="et")
    assert (await events.posted())[-1].subject.startswith("Olete registreeritud")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("words", "Tere, {nimi}!", "{nimi} is not a field."),
        ("words", "{{ config }}", "{{ config }} is not a field."),
        ("words", "{name.__class__}", "is not a field."),
        ("subject", "{waitlist_place}", "is not a field."),
        ("subject", "KUTSE7uid7SLOT", "is not a field."),
        ("subject", "   ", "Write a subject"),
        ("words", "", "Write what the letter says"),
        ("subject", "x" * 201, "at most 200"),
        ("words", "x" * 10_001, "at most 10000"),
    ],
)
async def test_what_does_not_work_is_said_at_its_field_and_kept(
    browser: Browser, event: Occasion, field: str, value: str, sentence: str
) -> None:
    await save(browser, event, **{field: value})
    assert browser.page.status_code == 422
    assert sentence in browser.text()
    assert f'id="error-{field}"' in browser.page.text
    assert await words_of.edited(event_id=event.id, kind="registration_confirmed") == {}


async def test_two_who_edit_at_once_do_not_overwrite_each_other(browser: Browser, event: Occasion) -> None:
    await save(browser, event)
    await save(browser, event, words="Teine")
    assert browser.page.status_code == 409
    assert "Teine" in browser.page.text
    assert (await words_of.edited(event_id=event.id, kind="registration_confirmed"))["et"].words == OWN["words"]


async def test_a_line_is_one_line_and_html_is_text(browser: Browser, event: Occasion, office: Office, now: datetime) -> None:
    await save(browser, event, subject="Tere\r\nBcc: keegi@example.org", words="<script>alert(1)</script> [x](javascript:alert(1))")
    await events.register(office=office, event=event, now=now, language="et")
    (letter,) = await events.posted()
    html = await events.html_of(letter)
    assert letter.subject == "Tere Bcc: keegi@example.org"
    assert "<script" not in html
    assert 'href="javascript' not in html


async def test_the_preview_shows_what_is_saved_and_what_is_being_typed(browser: Browser, event: Occasion) -> None:
    preview = page_of(event).replace("?", "/preview?")
    await browser.open(preview)
    assert "Olete registreeritud" in browser.text()
    assert "frame-ancestors 'self'" in browser.page.headers["content-security-policy"]
    await browser.open(page_of(event))
    await browser.submit(preview, OWN, follow=False)
    assert "Oled *kirjas*" in browser.text()
    assert await words_of.edited(event_id=event.id, kind="registration_confirmed") == {}


async def test_a_test_goes_to_whoever_presses_the_button(browser: Browser, event: Occasion) -> None:
    await browser.open(page_of(event, "registration_waitlisted"))
    await browser.submit(page_of(event, "registration_waitlisted").replace("?", "/test?"), {})
    (letter,) = await events.posted()
    assert letter.address.startswith("kadri")
    assert "3" in letter.text


async def test_the_plan_is_kept_and_only_sense_is_taken(browser: Browser, event: Occasion) -> None:
    here = f"/console/loomeklaster/events/{event.id}/letters"
    fields = {
        "reminder.1.amount": "7",
        "reminder.1.unit": "d",
        "reminder.2.amount": "02",
        "reminder.2.unit": "h",
        "joining.unit": "h",
        "thanks.amount": "1",
    }
    await browser.open(here)
    await browser.submit(here, fields | {"thanks.unit": "d"}, follow=False)
    plan = await reminders.plan_of(event_id=event.id)
    assert [list(planned) for planned in (plan.reminders, plan.joining, plan.thanks)] == [["2h", "7d"], [], ["1d"]]
    await browser.open(here)
    await browser.submit(here, fields | {"thanks.unit": "years", "reminder.1.amount": "-7", "joining.amount": "90"}, follow=False)
    assert browser.page.status_code == 422
    assert all(f'id="error-{name}.amount"' in browser.page.text for name in ("reminder.1", "joining", "thanks"))
    assert await reminders.plan_of(event_id=event.id) == plan


async def test_a_copy_of_an_event_has_its_letters_and_its_plan(browser: Browser, event: Occasion, office: Office, now: datetime) -> None:
    await save(browser, event)
    await events.plan_thanks(cluster=office.cluster, event=event, now=now)
    copy_id = await drafting.duplicate(cluster=office.cluster, event_id=event.id, now=now)
    assert (await words_of.edited(event_id=copy_id, kind="registration_confirmed"))["et"].words == OWN["words"]
    assert await reminders.plan_of(event_id=copy_id) == Plan(reminders={}, joining={}, thanks={"1d": None})


async def test_thanks_go_out_once_after_the_event(browser: Browser, event: Occasion, office: Office, clock: Clock) -> None:
    for number in (1, 2):
        await events.register(office=office, event=event, now=clock(), number=number, language="en")
    here = f"/console/loomeklaster/events/{event.id}/thanks"
    assert (await browser.open(here)).text.count("<h1") == 1
    await browser.submit(here, {}, follow=False)
    assert browser.page.status_code == 422
    clock.now = event.ends_at + timedelta(hours=1)
    teine = await identity.coordinator(now=clock(), cluster=office.cluster, password=None, address="teine@example.org")
    browser.client.cookies.set("__Host-kutse_session", await sessions.open(coordinator_id=teine.id, now=clock()))
    for _ in range(2):
        await browser.open(here)
        await browser.submit(here, {}, follow=False)
    thanked = [one for one in await events.posted() if one.subject.startswith("Thank you for coming")]
    assert [one.address for one in thanked] == ["mari1@example.org", "mari2@example.org"]


@pytest.mark.parametrize(
    "path",
    ["letters/nothing", "letters/newsletter", "letters/registration_confirmed?language=xx", "letters/registration_confirmed?language=pl"],
)
async def test_a_letter_that_is_not_there_is_not_found(browser: Browser, event: Occasion, path: str) -> None:
    await browser.open(f"/console/loomeklaster/events/{event.id}/{path}")
    assert browser.page.status_code == 404


async def test_another_clusters_event_has_no_letters_here(browser: Browser, event: Occasion, clock: Clock) -> None:
    other = await factories.cluster(now=clock(), slug="kotor", languages=["cnr", "en"])
    foreign = await events.draft(cluster=other, now=clock(), title={"cnr": "Radionica"})
    for path in ("letters", "letters/event_reminder", "letters/event_reminder/preview", "thanks", "attendance"):
        await browser.open(f"/console/loomeklaster/events/{foreign.id}/{path}")
        assert browser.page.status_code == 404


def test_every_letter_to_somebody_at_an_event_can_be_said_otherwise() -> None:
    bodies = {path.parent.name: path.read_text() for path in render.TEMPLATES.glob("*/body.html")}
    of_events = {name for name, body in bodies.items() if '"layout/registrant.html"' in body or '"layout/seat.html"' in body}
    assert of_events == set(letters.KINDS)


async def test_own_words_reach_the_invited_with_the_last_day_to_register(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await say(office, event, "event_invited", "Come: {event}", "Dear {name}, write by {until}.", now)
    await invitees.add(office=office, event_id=event.id, text="Mari <mari@example.org>\njaan@example.org", language="en", now=now)
    await invitees.invite(office=office, event_id=event.id, now=now)
    (letter, _) = await events.posted()
    until = Dates("en", event.zone).moment(event.registration_ends)
    assert (letter.subject, f"Dear Mari, write by {until}." in letter.text) == ("Come: Strategy seminar", True)
    assert "/invited/" in letter.text


async def test_own_words_name_the_part_of_the_programme_and_the_way_of_taking_part(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, online_url="https://meet.example.org/a", terms=Terms(is_hybrid=True))
    chosen = await item(office, event, is_chosen=True)
    await say(office, event, "item_dropped", "No {item}", "Not on {item_time}, *alas*.", now)
    await say(office, event, "mode_changed", "Changed", "From now on: {mode}.", now)
    await events.register(office=office, event=event, now=now, language="en")
    own = await registration_id(event, 1)
    await choosing.change(office=office, event_id=event.id, registration_id=own, item_ids=[chosen.id], now=now)
    await modes.change(office=office, event_id=event.id, registration_id=own, mode=Mode.ONLINE, now=now)
    await agenda_edits.change(office=office, event_id=event.id, changes=[Change(chosen.id, None)], announced=True, now=now)
    *_, moved, dropped = await events.posted()
    span = Dates("en", event.zone).span(chosen.starts_at, chosen.ends_at)
    assert "From now on: Online." in moved.text
    assert (dropped.subject, f"Not on {span}, alas." in dropped.text) == ("No Workshop", True)
