"""The agenda of a sample event, and what its people choose from it."""

from __future__ import annotations

from datetime import datetime

from service.events import agenda, agenda_edits
from service.events.agenda_edits import Change
from service.events.items import ItemFacts
from service.events.office import Office
from service.sample import reading
from service.sample.reading import Entry


async def write(*, office: Office, event_id: int, entry: Entry, now: datetime) -> None:
    """Everything that `entry`, the event's, says is on its agenda: items of its first day."""
    changes = [Change(None, _item(office, entry, item, now)) for item in entry.get("agenda", ())]
    if changes:
        await agenda_edits.change(office=office, event_id=event_id, changes=changes, announced=True, now=now)


async def choices(*, event_id: int) -> list[int]:
    """The items that one chooses among."""
    return [item.id for item in await agenda.of(event_id=event_id) if item.is_chosen]


def _item(office: Office, event: Entry, entry: Entry, now: datetime) -> ItemFacts:
    day, zone = event["days"][0]["date"], event.get("zone", office.cluster.zone)
    return ItemFacts(
        starts_at=reading.moment(day, entry["from"], zone=zone, now=now),
        ends_at=reading.moment(day, entry["until"], zone=zone, now=now),
        title=dict(entry["title"]),
        description=dict(entry.get("description", {})),
        speakers=dict(entry.get("speakers", {})),
        place=entry.get("place", ""),
        is_chosen="capacity" in entry,
        capacity=entry.get("capacity"),
    )
