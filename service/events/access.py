"""Access: whose address is known as a member's or an invited person's, and may let one person in."""

from __future__ import annotations

from datetime import datetime

from service.events.occasion import Occasion
from service.events.terms import Access
from service.persistence.engine import connection


async def can_vouch(*, event: Occasion, address: str, now: datetime) -> bool:
    """Whether a seat may be given by a link that is mailed to this address: it stands on the event's list, or belongs to a member where members may come.

    One address vouches for one person: not while another live registration of it is vouched for. Under the lock of the event's row that stays so.

    A member is a person with an affiliation, today, to an organisation that is a member of the cluster.
    """
    async with connection() as raw:
        can: bool = await raw.fetchval(_CAN_VOUCH, event.id, event.cluster_id, address, event.access is not Access.INVITED, now.date())
    return can


_CAN_VOUCH = """
SELECT (EXISTS (SELECT FROM invitee WHERE event_id = $1 AND lower(address) = lower($3))
    OR $4 AND EXISTS (
        SELECT FROM person p JOIN affiliation a ON a.person_id = p.id JOIN organisation o ON o.id = a.organisation_id
        WHERE p.cluster_id = $2 AND lower(p.address) = lower($3) AND o.is_member
            AND coalesce(a.since <= $5, true) AND coalesce(a.until >= $5, true)
    )
) AND NOT EXISTS (
    SELECT FROM registration
    WHERE event_id = $1 AND lower(address) = lower($3) AND is_vouched AND state NOT IN ('cancelled', 'declined')
)
"""
