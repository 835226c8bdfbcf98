"""Links that work once: to sign in, to choose a new password, to accept an invitation, to set the installation up.

The link carries the row's id, signed; looking at it uses nothing up, because mail scanners open every link.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from service.errors import Gone
from service.identity.tables import OneTime
from service.persistence.transaction import required


class Purpose(StrEnum):
    """What a one-time link is for, as `one_time.purpose` holds it."""

    SIGN_IN = "sign_in"
    PASSWORD = "password"  # noqa: S105  # a purpose, not a password
    INVITATION = "invitation"
    WELCOME = "welcome"


LIFETIMES = {
    Purpose.SIGN_IN: timedelta(hours=24),
    Purpose.PASSWORD: timedelta(hours=1),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.WELCOME: timedelta(days=7),
}


async def issue(*, purpose: Purpose, now: datetime, coordinator_id: int | None = None) -> OneTime:
    """Make a link's row; `coordinator_id` for all but WELCOME. `letters.Links` builds the address from its id and `expires_at`."""
    row = OneTime(purpose=purpose.value, coordinator_id=coordinator_id, created_at=now, expires_at=now + LIFETIMES[purpose])
    await row.save()
    return row


async def look(*, one_time_id: int, purposes: Collection[Purpose], now: datetime) -> OneTime:
    """The link's row, still unused; raises Gone."""
    return _open(await OneTime.objects().where(OneTime.id == one_time_id).first(), purposes, now)


async def use(*, one_time_id: int, purposes: Collection[Purpose], now: datetime) -> OneTime:
    """Use the link up, inside the caller's transaction; raises Gone for all but the first who comes."""
    required()
    row = _open(await OneTime.objects().where(OneTime.id == one_time_id).lock_rows("UPDATE").first(), purposes, now)
    await OneTime.update({OneTime.used_at: now}).where(OneTime.id == row.id)
    return row


def _open(row: OneTime | None, purposes: Collection[Purpose], now: datetime) -> OneTime:
    if row is None or row.purpose not in purposes or row.used_at is not None or row.expires_at <= now:
        raise Gone("This link has been used or is too old. Ask for a new one on the sign-in page.")
    return row
