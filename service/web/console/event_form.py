"""The form of an event: from the facts to fields and back. Times are typed on the clock of the event's zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from service.clusters.tables import Cluster
from service.errors import Problem, Refused
from service.events import facts as typed
from service.events.facts import DayFacts, Facts
from service.events.occasion import Kind, Occasion
from service.events.terms import Access
from service.languages import wallclock
from service.web.console import event_about, event_terms
from service.web.edge import Form

T = TypeVar("T")
Values = dict[str, str]

_TEXTS = ("title", "summary", "description", "access_notes")
_LINES = ("place_name", "place_address", "place_town", "online_url")
_LONGEST_FIELD = 50_000
_DAY = re.compile(r"days\.(\d{1,3})\.date")


def blank(cluster: Cluster) -> Values:
    """What the form of a new event starts with."""
    return {"kind": Kind.SEMINAR.value, "access": Access.PUBLIC.value, "zone": cluster.zone, "days.0.date": ""}


def values_of(event: Occasion) -> Values:
    """An event as its form shows it."""
    return _values(typed.of(event)) | {"version": str(event.version)}


def rows(values: Mapping[str, str]) -> list[int]:
    """The numbers of the days that the form has."""
    return sorted(int(found[1]) for name in values if (found := _DAY.fullmatch(name)))


def pressed(values: Values) -> Values | None:
    """The form after a button that adds or removes a day; None when another was pressed."""
    what, _, number = values.get("do", "").partition(":")
    if what == "add-day":
        return values | _next_day(values)
    if what == "remove-day":
        return {name: value for name, value in values.items() if not name.startswith(f"days.{number}.")}
    return None


@dataclass(frozen=True, slots=True)
class Typed:
    """A posted form: its `facts`, or what is wrong with it."""

    posted: Form
    cluster: Cluster
    image_digest: str

    @property
    def values(self) -> Values:
        """What was typed, to be shown again. Days in order of time once all of them can be read, as the rules name them."""
        plain = self.posted.values() | {"image_digest": self.image_digest}
        try:
            days = self._days(self._zone())
        except Refused:
            return plain
        return {name: value for name, value in plain.items() if not name.startswith("days.")} | _day_values(days, self._zone())

    def facts(self) -> Facts:
        """The facts; raises Refused with every field that cannot be read."""
        zone, read = self._zone(), Reader()
        nothing: tuple[DayFacts, ...] = ()
        days = read.all(lambda: self._days(zone), nothing)
        kind = self._text("kind")
        named: dict[str, Any] = {
            **{name: self._in_languages(name) for name in _TEXTS},
            **{name: self._text(name) for name in _LINES},
            "opens_at": read.all(lambda: self._moment("opens_at", zone), None),
            "closes_at": read.all(lambda: self._moment("closes_at", zone), None),
            "capacity": read.all(lambda: self._number("capacity"), None),
            "funding_id": read.all(lambda: self._number("funding_id"), None),
            "terms": event_terms.read(
                self.posted,
                moment=lambda name: read.all(lambda: self._moment(name, zone), None),
                number=lambda name: read.all(lambda: self._number(name), None),
            ),
            **event_about.read(self.posted),
        }
        read.raise_problems()
        return Facts(
            kind=Kind(kind) if kind in set(Kind) else Kind.SEMINAR,
            zone=self._text("zone") or zone,
            days=days,
            image_digest=self.image_digest or None,
            **named,
        )

    def _text(self, name: str) -> str:
        return self.posted.text(name, limit=_LONGEST_FIELD)

    def _in_languages(self, name: str) -> dict[str, str]:
        return {language: self._text(f"{name}.{language}") for language in self.cluster.languages}

    def _zone(self) -> str:
        zone = self._text("zone")
        return zone if wallclock.is_zone(zone) else self.cluster.zone

    def _moment(self, name: str, zone: str) -> datetime | None:
        text = self._text(name)
        return wallclock.read(text=text, zone=zone, field=name) if text else None

    def _number(self, name: str) -> int | None:
        text = self._text(name)
        if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise Refused("Write a whole number, or leave it empty.", field=name)
        return int(text) if text else None

    def _days(self, zone: str) -> tuple[DayFacts, ...]:
        read = Reader()
        numbers = [number for number in rows(self.posted.values()) if self._is_filled(number)]
        days = [read.all(lambda number=number: self._day(number, zone), None) for number in numbers]  # type: ignore[misc]
        read.raise_problems()
        return tuple(sorted((day for day in days if day is not None), key=lambda day: day.starts_at))

    def _is_filled(self, number: int) -> bool:
        return any(self._text(f"days.{number}.{name}") for name in ("date", "from", "to"))

    def _day(self, number: int, zone: str) -> DayFacts:
        field = f"days.{number}"
        starts_at, ends_at = span(self.posted, field, zone)
        day_id = self.posted.number(f"{field}.id")
        return DayFacts(starts_at, ends_at, self._in_languages(f"{field}.title"), self._text(f"{field}.place"), day_id or None)


def span(posted: Form, field: str, zone: str) -> tuple[datetime, datetime]:
    """From when to when, of the fields `date`, `from` and `to` below `field`; an end that is not after the beginning is on the next day. Raises Refused at its field."""
    date, begins, ends = (posted.text(f"{field}.{name}") for name in ("date", "from", "to"))
    starts_at = wallclock.read(text=f"{date}T{begins}", zone=zone, field=f"{field}.from" if date else f"{field}.date")
    same_day = wallclock.read(text=f"{date}T{ends}", zone=zone, field=f"{field}.to")
    return starts_at, same_day if same_day > starts_at else _next_day_at(date, ends, zone, f"{field}.to")


class Reader:
    """Reads field after field and keeps every problem."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def all(self, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except Refused as error:
            self._problems.extend(error.problems)
            return otherwise

    def raise_problems(self) -> None:
        if self._problems:
            raise Refused.all(self._problems)


def _next_day_at(date: str, ends: str, zone: str, field: str) -> datetime:
    try:
        tomorrow = datetime.strptime(date, "%Y-%m-%d") + timedelta(days=1)  # noqa: DTZ007  # a wall clock has no offset
    except (ValueError, OverflowError):
        raise Refused("Give a date and a time, such as 2027-03-02 10:00.", field=field) from None
    return wallclock.read(text=f"{tomorrow:%Y-%m-%d}T{ends}", zone=zone, field=field)


def _values(facts: Facts) -> Values:
    plain = {name: str(getattr(facts, name) or "") for name in ("kind", "zone", *_LINES, "capacity", "funding_id", "image_digest")}
    texts = {f"{name}.{language}": text for name in _TEXTS for language, text in getattr(facts, name).items()}
    moments = {name: wallclock.write(getattr(facts, name), zone=facts.zone) for name in ("opens_at", "closes_at")}
    return (
        plain
        | texts
        | moments
        | event_terms.values(facts.terms, facts.zone)
        | event_about.values(facts)
        | _day_values(facts.days, facts.zone)
    )


def _day_values(days: tuple[DayFacts, ...], zone: str) -> Values:
    found: Values = {}
    for number, day in enumerate(days):
        date, begins = wallclock.write(day.starts_at, zone=zone).split("T")
        ends = wallclock.write(day.ends_at, zone=zone).split("T")[1]
        found |= {f"days.{number}.{name}": value for name, value in (("date", date), ("from", begins), ("to", ends), ("place", day.place))}
        found |= {f"days.{number}.title.{language}": text for language, text in day.title.items()}
        found[f"days.{number}.id"] = str(day.id or "")
    return found


def _next_day(values: Values) -> Values:
    """A day after the last one, at the same hours."""
    last = max(rows(values), default=-1)
    try:
        after = datetime.strptime(values.get(f"days.{last}.date", ""), "%Y-%m-%d") + timedelta(days=1)  # noqa: DTZ007
        date = f"{after:%Y-%m-%d}"
    except (ValueError, OverflowError):
        date = ""
    hours = {f"days.{last + 1}.{name}": values.get(f"days.{last}.{name}", "") for name in ("from", "to")}
    return {f"days.{last + 1}.date": date, **hours}
