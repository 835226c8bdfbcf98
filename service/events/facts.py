"""Facts ★: what a coordinator says about an event, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from service.errors import Problem, Refused
from service.events import terms
from service.events.occasion import Day, Kind, Occasion, Texts
from service.events.terms import Terms
from service.languages import wallclock, written

_LONGEST_DAY = timedelta(hours=24)
_MOST_DAYS = 60
_LONGEST = {"title": 160, "summary": 400, "description": 20_000, "access_notes": 2_000}
_LINES = {"place_name": 160, "place_address": 300, "place_town": 120, "online_url": 500}


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One day; `id` names the day it was until now, None a new one."""

    starts_at: datetime
    ends_at: datetime
    title: Texts = field(default_factory=dict)
    place: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is typed about an event. Texts: language → text. `opens_at` None: at once; `closes_at` None: when it begins."""

    kind: Kind
    zone: str
    days: tuple[DayFacts, ...]
    title: Texts
    summary: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    place_name: str = ""
    place_address: str = ""
    place_town: str = ""
    access_notes: Texts = field(default_factory=dict)
    online_url: str = ""
    capacity: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    funding_id: int | None = None
    image_digest: str | None = None
    terms: Terms = field(default_factory=Terms)
    languages: tuple[str, ...] = ()
    topic_ids: tuple[int, ...] = ()


def of(event: Occasion) -> Facts:
    """The facts as they are now: what an edit starts from."""
    return Facts(
        kind=event.kind,
        zone=event.zone,
        days=tuple(DayFacts(day.starts_at, day.ends_at, day.title, day.place, day.id) for day in event.days),
        title=event.title,
        summary=event.summary,
        description=event.description,
        place_name=event.place_name,
        place_address=event.place_address,
        place_town=event.place_town,
        access_notes=event.access_notes,
        online_url=event.online_url,
        capacity=event.capacity,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        funding_id=event.funding_id,
        image_digest=event.image_digest,
        terms=event.terms,
        languages=event.languages,
        topic_ids=event.topic_ids,
    )


def recognised(facts: Facts, *, event: Occasion) -> Facts:
    """Each day with the id that it has in `event` as it is now: by its id, else by its hours, else by its date; a day that is none of those is new.

    A form may be older than the event, or say once more what it took away.
    """
    left, found = list(event.days), dict[int, int]()
    for is_same in (
        lambda day, was: day.id == was.id,
        lambda day, was: (day.starts_at, day.ends_at) == (was.starts_at, was.ends_at),
        lambda day, was: _date(day, facts.zone) == _date(was, event.zone),
    ):
        for number, day in enumerate(facts.days):
            was = next((one for one in left if is_same(day, one)), None) if number not in found else None
            if was is not None:
                found[number] = was.id
                left.remove(was)
    return replace(facts, days=tuple(replace(day, id=found.get(number)) for number, day in enumerate(facts.days)))


def checked(facts: Facts, *, languages: Sequence[str]) -> Facts:
    """The facts, trimmed, what is one line as one line, days in order of time; raises Refused with every problem found. `languages` are the cluster's."""
    trimmed = _trimmed(facts, languages)
    problems = list(_problems(trimmed, languages))
    if problems:
        raise Refused.all(problems)
    return trimmed


def _trimmed(facts: Facts, languages: Sequence[str]) -> Facts:
    changed: dict[str, Any] = {name: written.texts(getattr(facts, name), languages) for name in _LONGEST}
    changed |= {"title": written.lines(facts.title, languages)} | {name: written.line(getattr(facts, name)) for name in _LINES}
    in_order = sorted(facts.days, key=lambda day: day.starts_at)
    return replace(
        facts,
        days=tuple(replace(day, title=written.lines(day.title, languages), place=written.line(day.place)) for day in in_order),
        **changed,
    )


def _problems(facts: Facts, languages: Sequence[str]) -> Iterator[Problem]:
    yield from _about_texts(facts, languages)
    if not wallclock.is_zone(facts.zone):
        yield Problem("Choose a time zone from the list.", "zone")
    else:
        yield from _about_days(facts)
        yield from _about_registration(facts)
        yield from terms.problems(facts.terms, starts_at=facts.days[0].starts_at if facts.days else None)
    if facts.online_url and not written.is_web_address(facts.online_url):
        yield Problem("Give the whole link, beginning with https://", "online_url")


def _about_texts(facts: Facts, languages: Sequence[str]) -> Iterator[Problem]:
    if not facts.title:
        yield Problem("Give the event a title in at least one language.", f"title.{languages[0]}")
    for name, longest in _LONGEST.items():
        yield from written.too_long(getattr(facts, name), field=name, longest=longest)
    yield from written.too_long_lines(facts, longest=_LINES)


def _about_days(facts: Facts) -> Iterator[Problem]:
    if not facts.days:
        yield Problem("An event needs at least one day.", "days")
    if len(facts.days) > _MOST_DAYS:
        yield Problem("An event has at most {most} days.", "days", {"most": _MOST_DAYS})
    for number, day in enumerate(facts.days):
        if day.ends_at <= day.starts_at:
            yield Problem("The end must come after the beginning.", f"days.{number}.to")
        elif day.ends_at - day.starts_at > _LONGEST_DAY:
            yield Problem("One day lasts at most 24 hours; add another day.", f"days.{number}.to")
        if len(day.place) > _LINES["place_address"] or any(len(text) > _LONGEST["title"] for text in day.title.values()):
            yield Problem("The day's title or place is too long.", f"days.{number}.place")
    for number, (before, after) in enumerate(pairwise(facts.days), start=1):
        if after.starts_at < before.ends_at:
            yield Problem("This day begins before the one before it has ended.", f"days.{number}.from")
        elif _date(before, facts.zone) == _date(after, facts.zone):
            yield Problem(
                "Two days have the same date. Give one day its whole span and describe its parts in the text.", f"days.{number}.from"
            )


def _about_registration(facts: Facts) -> Iterator[Problem]:
    if facts.capacity is not None and not 1 <= facts.capacity <= 100_000:
        yield Problem("The number of seats is between 1 and 100,000; leave it empty for no limit.", "capacity")
    if facts.opens_at and facts.closes_at and facts.closes_at <= facts.opens_at:
        yield Problem("Registration must close after it opens.", "closes_at")
    if facts.opens_at and facts.days and facts.opens_at >= facts.days[0].starts_at:
        yield Problem("Registration must open before the event begins.", "opens_at")
    if facts.closes_at and facts.days and facts.closes_at > facts.days[0].starts_at:
        yield Problem(
            "Registration closes at the latest when the event begins: choose an earlier moment, or leave this empty.", "closes_at"
        )


def _date(day: DayFacts | Day, zone: str) -> object:
    return day.starts_at.astimezone(ZoneInfo(zone)).date()
