"""Choices: read who chose which items of the agenda, and what became of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from service.persistence.engine import connection


class Place(StrEnum):
    """What became of a choice."""

    SEATED = "seated"
    WAITING = "waiting"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One item that somebody chose."""

    item_id: int
    registration_id: int
    state: Place


async def of_registration(*, registration_id: int) -> dict[int, Place]:
    """What this registrant chose: item id → what became of it."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT item_id, state FROM item_choice WHERE registration_id = $1", registration_id)
    return {row["item_id"]: Place(row["state"]) for row in rows}


async def of_event(*, event_id: int) -> dict[int, dict[int, Place]]:
    """Who chose what: registration id → item id → what became of it. Those who have cancelled are left out."""
    found: dict[int, dict[int, Place]] = {}
    async with connection() as raw:
        for row in await raw.fetch(_OF_EVENT, event_id):
            found.setdefault(row["registration_id"], {})[row["item_id"]] = Place(row["state"])
    return found


async def waiting(*, event_id: int) -> dict[int, int]:
    """How many wait for a seat, by item; those who wait for the event itself count too."""
    found: dict[int, int] = {}
    for chosen in (await of_event(event_id=event_id)).values():
        for item_id, place in chosen.items():
            found[item_id] = found.get(item_id, 0) + (place is Place.WAITING)
    return found


_OF_EVENT = """
SELECT c.registration_id, c.item_id, c.state FROM event_item i JOIN item_choice c ON c.item_id = i.id JOIN registration r ON r.id = c.registration_id
WHERE i.event_id = $1 AND r.state NOT IN ('cancelled', 'declined')
"""
