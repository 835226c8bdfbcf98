"""Whom a calendar's answer is about: the invitation by the address that its answers come to."""

from __future__ import annotations

from dataclasses import dataclass

from service.persistence.engine import connection


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and who was invited by it. `address`: where the letter went."""

    invitation_id: int
    registration_id: int
    cluster_id: int
    address: str


async def by_organizer(*, address: str) -> Invited | None:
    """The invitation whose ORGANIZER this is, in whatever case it comes back."""
    async with connection() as raw:
        row = await raw.fetchrow(_INVITED, address)
    return Invited(**row) if row else None


_INVITED = """
SELECT i.id AS invitation_id, r.id AS registration_id, e.cluster_id, r.address
FROM invitation i JOIN registration r ON r.id = i.registration_id JOIN event e ON e.id = r.event_id
WHERE i.organizer = lower($1)
"""
