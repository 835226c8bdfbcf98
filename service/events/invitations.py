"""Invitations: what stands in each registrant's calendar, with its UID and SEQUENCE (RFC 5546 §2.1.4)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from service.calendars import invitation
from service.events.office import Office
from service.events.registrants import Registrant
from service.events.terms import Mode
from service.persistence.engine import connection
from service.persistence.transaction import required


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """One invitation as it is read. Fields as in `tables.Invitation`."""

    id: int
    registration_id: int
    entry_id: int
    uid: str
    organizer: str
    sequence: int
    state: str
    content_hash: str


Hashes = Mapping[tuple[int, str, Mode], str]
"""(entry id, language, mode) → the hash of what a calendar shows of the entry."""


async def issue(
    *, office: Office, registrants: Sequence[Registrant], hashes: Hashes, entry_ids: Iterable[int], now: datetime
) -> list[Invitation]:
    """A new invitation with SEQUENCE 0 for each registrant and entry; they have none yet."""
    required()
    wanted = [(registrant, entry_id) for entry_id in entry_ids for registrant in registrants]
    rows = [
        (
            registrant.id,
            entry_id,
            invitation.uid(domain=office.mail_domain, registration_id=registrant.id, entry_id=entry_id, made_at=now),
            _organizer(office),
            hashes[entry_id, registrant.language, registrant.mode],
        )
        for registrant, entry_id in wanted
    ]
    return await _many(_ISSUE, *(list(column) for column in zip(*rows, strict=True)), now) if rows else []


async def update(*, invitations: Sequence[Invitation], hashes: Sequence[str], now: datetime) -> list[Invitation]:
    """SEQUENCE one higher and the hash of what the letter now says, for each."""
    required()
    return await _many(_RAISE, [one.id for one in invitations], list(hashes), "sent", now)


async def restate(*, invitations: Sequence[Invitation], hashes: Sequence[str]) -> None:
    """Another language from now on: the same in other words, so that nothing has to be sent for it."""
    required()
    async with connection() as raw:
        await raw.executemany(
            "UPDATE invitation SET content_hash = $2 WHERE id = $1", [(one.id, new) for one, new in zip(invitations, hashes, strict=True)]
        )


async def cancel(*, invitations: Sequence[Invitation], now: datetime) -> list[Invitation]:
    """SEQUENCE one higher; this letter takes the entry out of the calendar."""
    required()
    return await _many(_RAISE, [one.id for one in invitations], [one.content_hash for one in invitations], "cancelled", now)


async def of_registration(*, registration_id: int) -> list[Invitation]:
    """What stands in this registrant's calendar now, cancelled entries left out, oldest first."""
    return await _many(f"{_SELECT} WHERE i.registration_id = $1 AND i.state = 'sent' ORDER BY i.id", registration_id)


async def of_event(*, event_id: int) -> list[Invitation]:
    """What stands in the calendars of everybody who has a seat."""
    where = (
        "JOIN registration r ON r.id = i.registration_id WHERE r.event_id = $1 AND r.state = 'seated' AND i.state = 'sent' ORDER BY i.id"
    )
    return await _many(f"{_SELECT} {where}", event_id)


def _organizer(office: Office) -> str:
    token = base64.b32encode(secrets.token_bytes(15)).decode("ascii").lower()  # some servers return an address in capitals
    return f"reply+{token}@{office.mail_domain}"


async def _many(sql: str, *values: Any) -> list[Invitation]:
    async with connection() as raw:
        rows = await raw.fetch(sql, *values)
    return [msgspec.json.decode(row[0], type=Invitation) for row in rows]


_SELECT = "SELECT to_jsonb(i)::text FROM invitation i"

_ISSUE = """
INSERT INTO invitation AS i (registration_id, entry_id, uid, organizer, content_hash, sent_at)
SELECT registration_id, entry_id, uid, organizer, content_hash, $6
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[]) AS new (registration_id, entry_id, uid, organizer, content_hash)
RETURNING to_jsonb(i)::text
"""

_RAISE = """
UPDATE invitation AS i SET sequence = i.sequence + 1, content_hash = new.content_hash, state = $3, sent_at = $4
FROM unnest($1::bigint[], $2::text[]) AS new (id, content_hash) WHERE i.id = new.id
RETURNING to_jsonb(i)::text
"""
