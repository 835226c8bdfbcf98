"""The agenda day by day, and what can be chosen from it, as pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.events import agenda, choices, items
from service.events.attending import Attending
from service.events.capacity import Standing
from service.events.choices import Place
from service.events.items import Item, Speaker
from service.events.occasion import Day, Occasion
from service.events.terms import Mode
from service.languages.catalogues import translator
from service.languages.choice import pick
from service.languages.dates import Dates
from service.web.public import listing


@dataclass(frozen=True, slots=True)
class Shown:
    """An item in a reader's words: `10:00–11:30`, who speaks, `Few seats left`."""

    item: Item
    hours: str
    speakers: list[Speaker]
    seats: str


def days(event: Occasion, found: Sequence[Item], dates: Dates, order: Sequence[str]) -> list[tuple[Day, list[Shown]]]:
    """Every day of the event with its items, in order of time; nothing at all for an event without items."""
    words = translator(dates.language)
    shown = [
        Shown(
            item,
            _hours(item, dates),
            items.speakers(pick(item.speakers, dates.language, order)),
            listing.left(item.seats_left, words),
        )
        for item in found
    ]
    return [(day, [one for one in shown if _day_of(event, one.item) is day]) for day in event.days] if shown else []


def options(event: Occasion, found: Sequence[Item], dates: Dates, order: Sequence[str]) -> list[tuple[str, str, str]]:
    """What can be chosen, for the macro `choices`: value, label, hint."""
    words = translator(dates.language)
    return [
        (
            str(item.id),
            pick(item.title, dates.language, order),
            " · ".join(filter(None, (_when(event, item, dates), item.place, listing.left(item.seats_left, words)))),
        )
        for item in found
        if item.is_chosen
    ]


async def of_registrant(attending: Attending, dates: Dates, order: Sequence[str], now: datetime) -> dict[str, Any]:
    """`chosen`: what somebody chose, and what else has a link that they may see, in order of time; `can_choose`.

    Each as title, when and where, whether they have a place in it, its link if they have one.
    """
    registrant, has_links = attending.registrant, _may_see_links(attending)
    own = await choices.of_registration(registration_id=registrant.id)
    everything = await agenda.of(event_id=attending.event.id)
    for_all = {item.id: Place.SEATED for item in everything if has_links and item.online_url and not item.is_chosen}
    places = for_all | own
    found = [item for item in everything if item.id in places]
    chosen = [
        (pick(item.title, dates.language, order), _where_and_when(item, dates), *_place(item, places[item.id], has_links)) for item in found
    ]
    return {"chosen": chosen, "can_choose": can_choose(attending, now)}


def _may_see_links(attending: Attending) -> bool:
    event, registrant = attending.event, attending.registrant
    return registrant.state is Standing.SEATED and not (event.is_hybrid and registrant.mode is Mode.ROOM)


def can_choose(attending: Attending, now: datetime) -> bool:
    """Whether there is still something to choose for them."""
    return attending.event.has_choices and attending.can_cancel(now) and not attending.event.has_begun(now)


def item_ids(values: Sequence[str]) -> tuple[int, ...]:
    """The ids that a form sent; what is no id of ours becomes one that no item has."""
    return tuple(int(value) if value.isascii() and value.isdecimal() and len(value) < 18 else 0 for value in values)


def _where_and_when(item: Item, dates: Dates) -> str:
    return " · ".join(filter(None, (dates.span(item.starts_at, item.ends_at), item.place)))


def _place(item: Item, place: Place, has_links: bool) -> tuple[bool, str]:  # two facts about one place
    return place is Place.SEATED, item.online_url if place is Place.SEATED and has_links else ""


def _hours(item: Item, dates: Dates) -> str:
    return f"{dates.time(item.starts_at)}–{dates.time(item.ends_at)}"


def _when(event: Occasion, item: Item, dates: Dates) -> str:
    return _hours(item, dates) if len(event.days) == 1 else f"{dates.short_day(item.starts_at)}, {_hours(item, dates)}"


def _day_of(event: Occasion, item: Item) -> Day:
    return next((day for day in event.days if day.starts_at <= item.starts_at < day.ends_at), event.days[0])
