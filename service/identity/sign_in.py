"""Signing in: by address and password, or by a one-time link.

An unknown address, a wrong password, an account without a password and a closed one get the same sentence after the same work. Attempts are
counted per network, per address from one network, and per address from anywhere; who is locked out by a stranger's guessing
still has the way by mail.
"""

from __future__ import annotations

from datetime import datetime

from piccolo.columns.combination import And

from service.errors import Gone, Refused
from service.identity import accounts, one_time, passwords
from service.identity.one_time import Purpose
from service.identity.tables import Coordinator, Session
from service.persistence import throttle
from service.persistence.transaction import transaction


async def with_password(*, address: str, password: str, network: str, now: datetime) -> Coordinator:
    """The coordinator whose password this is; raises Refused, or TooMany after too many attempts."""
    await _count(address, network, now)
    coordinator = await accounts.by_address(address=address)
    good = await passwords.matches(coordinator.password_hash if coordinator else None, password)
    if coordinator is None or not good or coordinator.disabled_at is not None:
        raise Refused("This address and password do not belong together. Try again, or ask for a new password below.")
    renewed = await _renewed(coordinator.password_hash or "", password)
    async with transaction():
        if renewed is not None:
            await Coordinator.update(password_hash=renewed).where(_still(coordinator))
        await arrived(coordinator_id=coordinator.id, now=now)
    return coordinator


async def with_link(*, one_time_id: int, now: datetime) -> Coordinator:
    """The coordinator whom a sign-in link was made for; raises Gone when it was used."""
    async with transaction():
        row = await one_time.use(one_time_id=one_time_id, purposes=(Purpose.SIGN_IN,), now=now)
        coordinator = await open_account(coordinator_id=row.coordinator_id)
        await arrived(coordinator_id=coordinator.id, now=now)
    return coordinator


async def with_new_password(*, one_time_id: int, password: str, now: datetime) -> Coordinator:
    """Choose a new password by the link that came by mail, and sign in; other sessions end. Raises Refused or Gone."""
    row = await one_time.look(one_time_id=one_time_id, purposes=(Purpose.PASSWORD,), now=now)
    coordinator = await open_account(coordinator_id=row.coordinator_id)
    password_hash = await passwords.chosen(password, known=(coordinator.address, coordinator.name))
    async with transaction():
        await one_time.use(one_time_id=one_time_id, purposes=(Purpose.PASSWORD,), now=now)
        await accounts.store_password(coordinator_id=coordinator.id, password_hash=password_hash, now=now)
        await Session.delete().where(Session.coordinator_id == coordinator.id)
        await arrived(coordinator_id=coordinator.id, now=now)
    return coordinator


async def open_account(*, coordinator_id: int) -> Coordinator:
    """The coordinator of a link; raises Gone when the account was closed meanwhile."""
    coordinator = await accounts.by_id(coordinator_id=coordinator_id)
    if coordinator.disabled_at is not None:
        raise Gone("This account was closed. Ask the people who run this site.")
    return coordinator


async def arrived(*, coordinator_id: int, now: datetime) -> None:
    """Note a sign-in, inside the caller's transaction."""
    await Coordinator.update(last_sign_in=now).where(Coordinator.id == coordinator_id)
    await accounts.note("coordinator.signed_in", coordinator_id, actor_id=coordinator_id, now=now)


async def _count(address: str, network: str, now: datetime) -> None:
    folded = address.strip().casefold()
    await throttle.count(what="sign-in.network", who=network, limit=60, now=now)
    await throttle.count(what="sign-in.here", who=f"{network} {folded}", limit=10, now=now)
    await throttle.count(what="sign-in.address", who=folded, limit=40, now=now)


async def _renewed(stored: str, password: str) -> str | None:
    """A stronger hash, where the stored one is of an older time: only now is the password known."""
    return await passwords.hashed(password) if passwords.is_outdated(stored) else None


def _still(coordinator: Coordinator) -> And:
    """Unless somebody chose another password since the account was read."""
    return (Coordinator.id == coordinator.id) & (Coordinator.password_hash == coordinator.password_hash)
