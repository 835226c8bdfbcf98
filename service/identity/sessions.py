"""Sessions: a random value in the browser's cookie, its SHA-256 in PostgreSQL.

A session ends 14 days after sign-in, or after two days without a visit, or when its owner signs out, changes their password elsewhere or
is disabled. The value is made at sign-in and never taken from the browser, so that nobody can plant one.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.identity.tables import Coordinator, OneTime, Session

LIFETIME = timedelta(days=14)
IDLE = timedelta(days=2)

_NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Signed:
    """Who a request is signed in as."""

    session_id: int
    coordinator: Coordinator


async def open(*, coordinator_id: int, now: datetime, instead_of: str | None = None) -> str:
    """Begin a session and return the cookie's value; the one the browser had before (`instead_of`) ends."""
    if instead_of is not None:
        await close(value=instead_of)
    value = secrets.token_urlsafe(32)
    await Session(digest=_digest(value), coordinator_id=coordinator_id, created_at=now, last_seen=now, expires_at=now + LIFETIME).save()
    return value


async def find(*, value: str, now: datetime) -> Signed | None:
    """Who the cookie's value stands for; None when the session is over or its coordinator disabled."""
    live = (Session.expires_at > now) & (Session.last_seen > now - IDLE)
    session = await Session.objects().where((Session.digest == _digest(value)) & live).first()
    if session is None:
        return None
    coordinator = await Coordinator.objects().where((Coordinator.id == session.coordinator_id) & Coordinator.disabled_at.is_null()).first()
    if coordinator is None:
        return None
    if now - session.last_seen > _NOTED_EVERY:
        await Session.update({Session.last_seen: now}).where(Session.id == session.id)
    return Signed(session.id, coordinator)


async def close(*, value: str) -> None:
    """End the session of this cookie, if there is one."""
    await Session.delete().where(Session.digest == _digest(value))


async def sweep(*, now: datetime) -> None:
    """Delete what is over: sessions and one-time links."""
    await Session.delete().where((Session.expires_at <= now) | (Session.last_seen <= now - IDLE))
    await OneTime.delete().where(OneTime.expires_at <= now)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
