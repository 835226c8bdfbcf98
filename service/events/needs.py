"""Needs: what people must be given to eat and to get in. Kept apart from everything else, seen in a list of their own, and soon forgotten."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

import msgspec

from service.errors import Refused
from service.persistence.engine import connection
from service.persistence.transaction import required

KEPT = timedelta(days=14)
"""How long after the end of the event."""

_LONGEST = 600


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """Two free texts; both empty: none."""

    diet: str = ""
    access: str = ""


NONE = Needs()


class Needing(Needs, frozen=True, kw_only=True):
    """Somebody who needs something."""

    registration_id: int
    name: str
    state: str


def checked(text: str, *, field: str) -> str:
    """One of the texts, trimmed ★; raises Refused."""
    if len(text) > _LONGEST:
        raise Refused("Write at most {longest} characters.", field=field, longest=_LONGEST)
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text):
        raise Refused("There is a character in it that cannot be kept. Type it again.", field=field)
    return text.strip()


async def store(*, registration_id: int, needs: Needs) -> None:
    """Write what one registrant needs over what was there; nothing needed leaves no row."""
    required()
    async with connection() as raw:
        if needs.diet or needs.access:
            await raw.execute(_STORE, registration_id, needs.diet, needs.access)
        else:
            await raw.execute("DELETE FROM registration_needs WHERE registration_id = $1", registration_id)


async def of_registration(*, registration_id: int) -> Needs:
    """What one registrant needs."""
    async with connection() as raw:
        row = await raw.fetchrow("SELECT diet, access FROM registration_needs WHERE registration_id = $1", registration_id)
    return Needs(diet=row["diet"], access=row["access"]) if row else Needs()


async def of_event(*, event_id: int) -> list[Needing]:
    """Everybody who comes or may still come and needs something, by name."""
    async with connection() as raw:
        rows = await raw.fetch(_OF_EVENT, event_id)
    return [Needing(**row) for row in rows]


async def forget(*, now: datetime) -> None:
    """Delete the needs of events that ended more than `KEPT` ago, and of places that were given back."""
    async with connection() as raw:
        await raw.execute(_FORGET, now - KEPT)


_STORE = """
INSERT INTO registration_needs (registration_id, diet, access) VALUES ($1, $2, $3)
ON CONFLICT (registration_id) DO UPDATE SET diet = excluded.diet, access = excluded.access
"""

_OF_EVENT = """
SELECT r.id AS registration_id, r.name, r.state, n.diet, n.access FROM registration_needs n JOIN registration r ON r.id = n.registration_id
WHERE r.event_id = $1 AND r.state NOT IN ('cancelled', 'declined') ORDER BY lower(r.name), r.id
"""

_FORGET = """
DELETE FROM registration_needs n USING registration r JOIN event e ON e.id = r.event_id
WHERE r.id = n.registration_id AND (e.ends_at <= $1 OR r.state IN ('cancelled', 'declined'))
"""
