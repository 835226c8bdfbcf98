"""The form of an item of the agenda: from the facts to fields and back. Times are typed on the clock of the event's zone, within one of its days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from service.errors import Problem, Refused
from service.events import items
from service.events.items import Item, ItemFacts
from service.events.occasion import Day, Occasion
from service.languages import wallclock
from service.web.edge import Form

Values = dict[str, str]

TEXTS = ("title", "speakers", "description")
_LONGEST_FIELD = 50_000
_USUAL = timedelta(hours=1)


def blank(event: Occasion, before: tuple[Item, ...]) -> Values:
    """A new item begins when the last one ends, while that day has room; else with the first day."""
    last = before[-1] if before else None
    day = next((day for day in event.days if last and day.starts_at <= last.ends_at < day.ends_at), event.days[0])
    starts_at = last.ends_at if last and day.starts_at <= last.ends_at < day.ends_at else day.starts_at
    return _times(event, starts_at, min(starts_at + _USUAL, day.ends_at)) | {"version": str(event.version)}


def values_of(event: Occasion, item: Item) -> Values:
    """An item as its form shows it."""
    facts = items.of(item)
    texts = {f"{name}.{language}": text for name in TEXTS for language, text in getattr(facts, name).items()}
    plain = {"place": facts.place, "online_url": facts.online_url, "capacity": str(facts.capacity or "")}
    chosen = {"is_chosen": "yes"} if facts.is_chosen else {}
    return _times(event, facts.starts_at, facts.ends_at) | texts | plain | chosen | {"version": str(event.version)}


def days(event: Occasion) -> dict[str, Day]:
    """The days of the event by their date."""
    return {_date(day.starts_at, event.zone): day for day in event.days}


def read(posted: Form, event: Occasion, languages: Sequence[str]) -> ItemFacts:
    """The facts; raises Refused with every field that cannot be read."""
    problems: list[Problem] = []
    day = days(event).get(posted.text("day"), event.days[0])
    starts_at, ends_at = (_moment(posted, name, day, event.zone, problems) for name in ("from", "to"))
    capacity = _number(posted, problems)
    if problems:
        raise Refused.all(problems)
    return ItemFacts(
        starts_at=starts_at,
        ends_at=ends_at,
        **{name: {one: posted.text(f"{name}.{one}", limit=_LONGEST_FIELD) for one in languages} for name in TEXTS},
        place=posted.text("place", limit=_LONGEST_FIELD),
        online_url=posted.text("online_url", limit=_LONGEST_FIELD),
        is_chosen=posted.flag("is_chosen"),
        capacity=capacity,
    )


def _moment(posted: Form, name: str, day: Day, zone: str, problems: list[Problem]) -> datetime:
    """A time of that day; one before the day's beginning is after midnight, where the day reaches so far."""
    try:
        at = wallclock.read(text=f"{_date(day.starts_at, zone)}T{posted.text(name)}", zone=zone, field=name)
        if at < day.starts_at and _date(day.ends_at, zone) != _date(day.starts_at, zone):
            at = wallclock.read(text=f"{_date(day.ends_at, zone)}T{posted.text(name)}", zone=zone, field=name)
    except Refused as error:
        problems.extend(error.problems)
        return day.starts_at
    return at


def _number(posted: Form, problems: list[Problem]) -> int | None:
    text = posted.text("capacity")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
        problems.append(Problem("Write a whole number, or leave it empty.", "capacity"))
        return None
    return int(text) if text else None


def _times(event: Occasion, starts_at: datetime, ends_at: datetime) -> Values:
    day = next((day for day in event.days if day.starts_at <= starts_at < day.ends_at), event.days[0])
    begins, ends = (wallclock.write(moment, zone=event.zone).split("T")[1] for moment in (starts_at, ends_at))
    return {"day": _date(day.starts_at, event.zone), "from": begins, "to": ends}


def _date(moment: datetime, zone: str) -> str:
    return wallclock.write(moment, zone=zone).split("T")[0]
