"""Forget a person: their registrations stay as rows that count, and say nothing about anybody any more."""

from __future__ import annotations

from datetime import datetime

from service.events import registration
from service.events.office import Office
from service.persistence.engine import connection
from service.persistence.transaction import required


async def person(*, office: Office, person_id: int, now: datetime) -> int:
    """Empty what this room knows about a person; returns how many registrations it was. Part of a larger erasure, in its transaction.

    A place at an event that is still to come is given back first, with the letter that takes it out of the calendar, and goes to whoever is next. What
    others' registrations say about the person (who brought them, who took over a place) goes too, and so do answers, files, needs and invitations by list.
    """
    required()
    async with connection() as raw:
        ahead = await raw.fetch(_AHEAD, office.cluster.id, person_id, now)
    for row in ahead:
        await registration.cancel(office=office, event_id=row["event_id"], registration_id=row["id"], by="coordinator", now=now)
    async with connection() as raw:
        ids = [row["id"] for row in await raw.fetch(_IDS, office.cluster.id, person_id)]
        await raw.execute(_INVITEES, office.cluster.id, person_id)
        for statement in (_ANSWERS, _NEEDS, _BROUGHT, _HANDED, _SNAPSHOTS):
            await raw.execute(statement, ids)
    return len(ids)


_AHEAD = """
SELECT r.id, r.event_id FROM registration r JOIN event e ON e.id = r.event_id
WHERE e.cluster_id = $1 AND r.person_id = $2 AND r.state NOT IN ('cancelled', 'declined') AND e.ends_at > $3 AND e.state IN ('published', 'closed')
ORDER BY r.event_id, r.id
"""

_IDS = """
SELECT r.id FROM registration r JOIN event e ON e.id = r.event_id WHERE e.cluster_id = $1 AND r.person_id = $2 ORDER BY r.id FOR UPDATE OF r
"""

_INVITEES = """
DELETE FROM invitee i USING event e, person p
WHERE e.id = i.event_id AND e.cluster_id = $1 AND p.id = $2 AND lower(i.address) = lower(p.address)
"""

_ANSWERS = "DELETE FROM question_answer WHERE registration_id = ANY ($1)"
_NEEDS = "DELETE FROM registration_needs WHERE registration_id = ANY ($1)"
_BROUGHT = "UPDATE registration SET brought_by_name = '' WHERE brought_by = ANY ($1)"
_HANDED = "UPDATE registration SET handed_to_name = '' WHERE handed_to = ANY ($1)"

# The name stays unlike any other: two who are forgotten may have been at the same event.
_SNAPSHOTS = """
UPDATE registration SET name = '', folded_name = 'forgotten ' || id, address = '', organisation = '', organisation_key = '', organisation_id = NULL,
    organisation_name = '', registry_code = '', role = '', decision_words = '', brought_by_name = '', handed_to_name = ''
WHERE id = ANY ($1)
"""
