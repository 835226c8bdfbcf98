"""Slots: one pass, escaped for where they stand."""

from __future__ import annotations

import html
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.letters import slots

NAME = slots.slot("name")


def test_a_slot_has_only_what_survives_everywhere() -> None:
    assert slots.slot("waitlist_place").isascii()
    assert slots.slot("waitlist_place").replace("_", "").isalnum()


@pytest.mark.parametrize("name", ["", "Name", "a b", "a1", "_a", "a__b", "a_"])
def test_a_name_that_could_not_be_found_again_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        slots.slot(name)


def test_a_text_is_split_into_literals_and_names_by_turns() -> None:
    assert slots.split(f"a{NAME}b{slots.slot('x_url')}") == ("a", "name", "b", "x_url", "")
    assert slots.split("nothing") == ("nothing",)
    assert slots.names_in(f"{NAME}{NAME}{slots.slot('uid')}") == {"name", "uid"}


def test_slots_that_touch_are_told_apart() -> None:
    assert slots.fill(NAME + slots.slot("uid") + NAME, {"name": "a", "uid": "b"}, "text") == "aba"


def test_a_value_that_looks_like_a_slot_is_not_filled_again() -> None:
    assert slots.fill(NAME, {"name": slots.slot("uid"), "uid": "secret"}, "text") == slots.slot("uid")


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        slots.fill(NAME, {}, "text")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_html_reads_as_the_value_and_never_leaves_its_place(value: str) -> None:
    filled = slots.fill(f'<a title="{NAME}">{NAME}</a>', {"name": value}, "html")
    assert html.unescape(filled) == f'<a title="{value}">{value}</a>'
    assert filled.count("<") == filled.count(">") == 2
    assert filled.count('"') == 2


@given(st.text())
def test_a_header_stays_one_line(value: str) -> None:
    assert len(f"Subject: {slots.escape(value, 'header')}".splitlines()) <= 1


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_piece_of_an_address_is_percent_encoded(value: str) -> None:
    filled = slots.fill(f"https://example.org/?q={NAME}", {"name": value}, "url")
    assert unquote(filled) == f"https://example.org/?q={value}"
    assert filled.isascii()
    assert not set(filled.removeprefix("https://example.org/?q=")) & set("&#?/ ")


@given(st.text())
def test_a_calendar_line_stays_one_line_and_its_quotes_stay_closed(value: str) -> None:
    filled = slots.fill(f'ATTENDEE;CN="{NAME}":mailto:a@example.org', {"name": value}, "calendar")
    assert filled.count('"') == 2
    assert len(filled.splitlines()) == 1


def test_text_keeps_its_lines_and_loses_controls() -> None:
    assert slots.escape("a\r\nb\x00c\td", "text") == "a\nb c d"


def test_an_address_as_a_whole_must_be_one_that_is_safe_to_open() -> None:
    assert slots.escape("https://example.org/?a=1&b=2", "attribute") == "https://example.org/?a=1&amp;b=2"
    with pytest.raises(ValueError, match="http"):
        slots.escape("javascript:alert(1)", "attribute")
