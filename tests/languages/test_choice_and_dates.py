"""Which language a reader gets, and how dates are written in it."""

from datetime import UTC, datetime

import pytest

from service.languages import written
from service.languages.choice import negotiate, pick
from service.languages.dates import Dates


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("et-EE,et;q=0.9,en;q=0.8", "et"),
        ("en;q=0.3, ru;q=0.8", "ru"),
        ("fr, de", "et"),
        ("", "et"),
        ("ru;q=0, en;q=0.1", "en"),
        ("*;q=0.5, ru;q=x", "et"),
        (";;;,,,=q", "et"),
    ],
)
def test_the_browser_s_wish_is_followed_as_far_as_the_cluster_speaks_it(header: str, language: str) -> None:
    assert negotiate(header, ["et", "ru", "en"]) == language


def test_montenegrin_is_read_by_those_whose_browser_asks_for_its_neighbours() -> None:
    assert negotiate("sr-Latn-ME, en;q=0.5", ["en", "cnr"]) == "cnr"
    assert negotiate("hr", ["en", "cnr"]) == "cnr"


def test_a_missing_text_falls_back_in_the_cluster_s_order_and_an_empty_one_is_missing() -> None:
    texts = {"ru": "Семинар", "et": "Seminar", "en": ""}
    assert pick(texts, "ru", ["et", "ru"]) == "Семинар"
    assert pick(texts, "en", ["et", "ru"]) == "Seminar"
    assert pick({}, "en", ["et"]) == ""


START = datetime(2027, 6, 2, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "span"),
    [
        ("en", "Wednesday, 2 June 2027", "2–5 Jun 2027"),
        ("et", "kolmapäev, 2. juuni 2027", "2.–5. juuni 2027"),
        ("ru", "среда, 2 июня 2027\u202fг.", "2–5 июн. 2027\u202fг."),
        ("pl", "środa, 2 czerwca 2027", "2–5 cze 2027"),
        ("cnr", "srijeda, 2. jun 2027.", "02.–05. jun 2027."),
    ],
)
def test_days_are_written_as_the_language_writes_them(language: str, day: str, span: str) -> None:
    dates = Dates(language, "Europe/Tallinn")
    assert dates.day(START) == day
    assert dates.days(START, datetime(2027, 6, 5, 15, 0, tzinfo=UTC)) == span


@pytest.mark.parametrize(("language", "short"), [("en", "Wed"), ("et", "K"), ("ru", "ср"), ("pl", "śr."), ("cnr", "sri")])
def test_days_are_shortened_as_the_language_shortens_them(language: str, short: str) -> None:
    assert Dates(language, "Europe/Tallinn").weekday(START) == short


def test_times_are_those_of_the_zone_s_wall_clock_in_summer_and_winter() -> None:
    dates = Dates("en", "Europe/Tallinn")
    assert dates.time(datetime(2027, 6, 2, 6, 0, tzinfo=UTC)) == "09:00"
    assert dates.time(datetime(2027, 12, 2, 6, 0, tzinfo=UTC)) == "08:00"


def test_an_end_at_midnight_belongs_to_the_day_before() -> None:
    dates = Dates("en", "Europe/Tallinn")
    assert (
        dates.span(datetime(2027, 2, 2, 16, 0, tzinfo=UTC), datetime(2027, 2, 2, 22, 0, tzinfo=UTC))
        == "Tuesday, 2 February 2027, 18:00–00:00"
    )


def test_what_is_one_line_is_one_line_whatever_a_form_sends() -> None:
    assert written.lines({"et": " Üks\r\nkaks\u2028kolm ", "ru": " \n", "pl": "Raz"}, ("et", "ru")) == {"et": "Üks kaks kolm"}


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [("https://example.org/a?b", True), ("example.org", False), ("ftp://example.org", False), ("https://a b", False), ("http://[", False)],
)
def test_a_web_address_is_a_whole_link(text: str, is_whole: bool) -> None:
    assert written.is_web_address(text) is is_whole
