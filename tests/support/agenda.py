"""Items of an agenda that tests start from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service.events import agenda, agenda_edits, choosing, registrants
from service.events.agenda_edits import Change
from service.events.items import Item, ItemFacts
from service.events.occasion import Occasion
from service.events.office import Office
from tests.support import events


def item_facts(event: Occasion, *, after: float = 0, minutes: float = 60, **values: Any) -> ItemFacts:
    """An item that begins `after` minutes into the event."""
    starts_at = event.starts_at + timedelta(minutes=after)
    defaults: dict[str, Any] = {"title": {"et": "Töötuba", "en": "Workshop"}}
    return ItemFacts(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), **(defaults | values))


async def item(office: Office, event: Occasion, **values: Any) -> Item:
    """An item in the agenda of the event."""
    change = Change(None, item_facts(event, **values))
    before = {one.id for one in await agenda.of(event_id=event.id)}
    await agenda_edits.change(office=office, event_id=event.id, changes=[change], announced=True, now=event.changed_at)
    return next(one for one in await agenda.of(event_id=event.id) if one.id not in before)


async def registration_id(event: Occasion, number: int) -> int:
    """The latest registration of somebody (`events.form`)."""
    everybody = await registrants.page(event_id=event.id, limit=1000)
    return max(one.id for one in everybody if one.address == f"mari{number}@example.org")


async def choose(office: Office, event: Occasion, number: int, *item_ids: int, now: datetime) -> int:
    """Somebody registers, then chooses; returns the registration's id."""
    await events.register(office=office, event=event, now=now, number=number)
    own = await registration_id(event, number)
    await choosing.change(office=office, event_id=event.id, registration_id=own, item_ids=item_ids, now=now)
    return own
