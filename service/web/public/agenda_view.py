"""The agenda day by day, and what can be chosen from it, as pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.events import items
from service.events.choosing import Place
from service.events.items import Item, Speaker
from service.events.occasion import Day, Occasion
from service.languages.catalogues import Translator, translator
from service.languages.choice import pick
from service.languages.dates import Dates


@dataclass(frozen=True, slots=True)
class Shown:
    """An item in a reader's words: `10:00–11:30`, who speaks, `4 places left`."""

    item: Item
    hours: str
    speakers: list[Speaker]
    seats: str


def days(event: Occasion, found: Sequence[Item], dates: Dates, order: Sequence[str]) -> list[tuple[Day, list[Shown]]]:
    """Every day of the event with its items, in order of time; nothing at all for an event without items."""
    words = translator(dates.language)
    shown = [
        Shown(item, _hours(item, dates), items.speakers(pick(item.speakers, dates.language, order)), seats(item, words)) for item in found
    ]
    return [(day, [one for one in shown if _day_of(event, one.item) is day]) for day in event.days] if shown else []


def seats(item: Item, words: Translator) -> str:
    """What there is to say about the seats of an item; empty where there is no limit."""
    if item.seats_left is None:
        return ""
    return words.ngettext("{n} place left", "{n} places left", item.seats_left) if item.seats_left else words.gettext("Full: waitlist")


def options(event: Occasion, found: Sequence[Item], dates: Dates, order: Sequence[str]) -> list[tuple[str, str, str]]:
    """What can be chosen, for the macro `choices`: value, label, hint."""
    words = translator(dates.language)
    return [
        (
            str(item.id),
            pick(item.title, dates.language, order),
            " · ".join(filter(None, (_when(event, item, dates), item.place, seats(item, words)))),
        )
        for item in found
        if item.is_chosen
    ]


def chosen(found: Sequence[Item], own: Mapping[int, Place], dates: Dates, order: Sequence[str]) -> list[tuple[str, str, bool]]:
    """What somebody chose, in order of time: title, when and where, whether they have a place in it."""
    return [
        (
            pick(item.title, dates.language, order),
            f"{dates.span(item.starts_at, item.ends_at)}{item.place and f' · {item.place}'}",
            own[item.id] is Place.SEATED,
        )
        for item in found
        if item.id in own
    ]


def item_ids(values: Sequence[str]) -> tuple[int, ...]:
    """The ids that a form sent; what is no id of ours becomes one that no item has."""
    return tuple(int(value) if value.isascii() and value.isdecimal() and len(value) < 18 else 0 for value in values)


def _hours(item: Item, dates: Dates) -> str:
    return f"{dates.time(item.starts_at)}–{dates.time(item.ends_at)}"


def _when(event: Occasion, item: Item, dates: Dates) -> str:
    return _hours(item, dates) if len(event.days) == 1 else f"{dates.short_day(item.starts_at)}, {_hours(item, dates)}"


def _day_of(event: Occasion, item: Item) -> Day:
    return next((day for day in event.days if day.starts_at <= item.starts_at < day.ends_at), event.days[0])
