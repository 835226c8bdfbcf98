"""The agenda: the items of an event, in order of time, and how they follow its days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from service.errors import NotFound, Refused
from service.events.facts import DayFacts
from service.events.items import Item
from service.events.occasion import Occasion
from service.persistence.engine import connection
from service.persistence.transaction import required


async def of(*, event_id: int) -> tuple[Item, ...]:
    """The items in order of time."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT to_jsonb(i)::text FROM event_item i WHERE event_id = $1 ORDER BY starts_at, ends_at, id", event_id)
    return tuple(msgspec.json.decode(row[0], type=Item) for row in rows)


async def by_id(*, event_id: int, item_id: int) -> Item:
    """One item of the event; raises NotFound."""
    return only(await of(event_id=event_id), item_id)


async def copy(*, event_id: int, to_event_id: int, by: timedelta = timedelta(0)) -> None:
    """The same items for another event, each `by` so much later."""
    required()
    async with connection() as raw:
        await raw.execute(_COPY, event_id, to_event_id, by)


async def follow(*, event: Occasion, days: Sequence[DayFacts], zone: str) -> None:
    """Move the items with the days of the event that they lie in; `event` as it was, `days` and `zone` as they are now.

    A day that lasts as long as before takes its items along; one with other hours keeps them at their hours. Raises Refused, at `days`, when a day
    with items is left out or gets too short for them.
    """
    required()
    now_is = {day.id: day for day in days}
    for day in event.days:
        own = [item for item in await of(event_id=event.id) if day.starts_at <= item.starts_at and item.ends_at <= day.ends_at]
        if not own:
            continue
        new = now_is.get(day.id)
        if new is None:
            raise Refused("There is a programme on a day that is left out. Remove its items first.", field="days")
        by = _shift(DayFacts(day.starts_at, day.ends_at), new, event.zone, zone)
        if any(item.starts_at + by < new.starts_at or item.ends_at + by > new.ends_at for item in own):
            raise Refused("A day gets too short for its programme. Change the items of that day first.", field="days")
        async with connection() as raw:
            await raw.execute(
                "UPDATE event_item SET starts_at = starts_at + $2, ends_at = ends_at + $2 WHERE id = ANY ($1)",
                [item.id for item in own],
                by,
            )


def _shift(old: DayFacts, new: DayFacts, old_zone: str, zone: str) -> timedelta:
    """How much later the items of a day are; the hours on the wall stay when only the date changes, also over the end of summer time."""
    if new.ends_at - new.starts_at == old.ends_at - old.starts_at:
        return new.starts_at - old.starts_at
    same_hours = old.starts_at.astimezone(ZoneInfo(old_zone)).time()
    date = new.starts_at.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(date, same_hours, ZoneInfo(zone)) - old.starts_at


def only(found: Sequence[Item], item_id: int | None) -> Item:
    """The item with that id; raises NotFound."""
    item = next((one for one in found if one.id == item_id), None)
    if item is None:
        raise NotFound("This is not in the programme any more.")
    return item


_COPY = """
INSERT INTO event_item (event_id, starts_at, ends_at, title, description, speakers, place, online_url, is_chosen, capacity)
SELECT $2, starts_at + $3, ends_at + $3, title, description, speakers, place, online_url, is_chosen, capacity FROM event_item WHERE event_id = $1 ORDER BY id
"""
