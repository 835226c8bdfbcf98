"""Coordinators' accounts: make one, find it, change what is theirs, close it."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from service.audit import trail
from service.errors import NotFound, Problem, Refused, problems_of
from service.identity import passwords, strength
from service.identity.tables import Coordinator, OneTime, Session
from service.languages.locales import LANGUAGES
from service.people import addresses, names
from service.persistence.engine import connection
from service.persistence.transaction import transaction

_ID = "SELECT id FROM coordinator WHERE lower(address) = lower($1)"


async def create(
    *,
    address: str,
    name: str,
    language: str,
    now: datetime,
    password: str | None = None,
    is_operator: bool = False,
    actor_id: int | None = None,
) -> Coordinator:
    """Make an account; without `password` its owner chooses one by a one-time link. Raises Refused."""
    good = checked(address=address, name=name, language=language, password=password)
    coordinator = Coordinator(address=good, name=names.normalise(name), language=language, is_operator=is_operator, created_at=now)
    if password is not None:
        coordinator.password_hash = await passwords.hashed(password)
    try:
        async with transaction():
            await coordinator.save()
            await note("coordinator.created", coordinator.id, actor_id=actor_id, now=now)
    except asyncpg.UniqueViolationError as error:
        raise Refused.all([Problem("There is an account with this address already.", field="address")]) from error
    return coordinator


def checked(*, address: str, name: str, language: str, password: str | None) -> str:
    """The normalised address, when an account can be made of all this; raises Refused with every problem there is."""
    problems = [
        *problems_of(addresses.normalise, address),
        *problems_of(names.normalise, name, required=password is not None),
        *problems_of(_known, language),
        *(problems_of(strength.refuse_weak, password, known=(address, name)) if password is not None else ()),
    ]
    if problems:
        raise Refused.all(problems)
    return addresses.normalise(address)


async def by_id(*, coordinator_id: int) -> Coordinator:
    """The coordinator with this id; raises NotFound."""
    coordinator = await Coordinator.objects().where(Coordinator.id == coordinator_id).first()
    if coordinator is None:
        raise NotFound("There is no such coordinator here.")
    return coordinator


async def by_address(*, address: str) -> Coordinator | None:
    """The coordinator with this address in whatever case, or None; also for what is no address at all."""
    try:
        wanted = addresses.normalise(address)
    except Refused:
        return None
    async with connection() as raw:
        coordinator_id = await raw.fetchval(_ID, wanted)
    return None if coordinator_id is None else await by_id(coordinator_id=coordinator_id)


async def operators() -> list[Coordinator]:
    """Those who run the installation, in the order in which they came; closed accounts are left out."""
    return await Coordinator.objects().where(Coordinator.is_operator.eq(True), Coordinator.disabled_at.is_null()).order_by(Coordinator.id)


async def any() -> bool:
    """Whether there is a coordinator at all; without one the set-up page is the only way in."""
    return await Coordinator.exists()


async def edit(*, coordinator_id: int, name: str, language: str, now: datetime) -> None:
    """Change one's own name and language; raises Refused."""
    tidy = names.normalise(name, required=True)
    async with transaction():
        await Coordinator.update(name=tidy, language=_known(language)).where(Coordinator.id == coordinator_id)
        await note("coordinator.edited", coordinator_id, actor_id=coordinator_id, now=now)


async def change_password(*, coordinator_id: int, current: str, new: str, keep_session_id: int, now: datetime) -> None:
    """Change one's own password, knowing the old one; every other session and open link of theirs ends. Raises Refused."""
    coordinator = await by_id(coordinator_id=coordinator_id)
    if not await passwords.matches(coordinator.password_hash, current):
        raise Refused("This is not your present password.", field="current")
    new_hash = await passwords.chosen(new, known=(coordinator.address, coordinator.name), field="new")
    async with transaction():
        await store_password(coordinator_id=coordinator_id, password_hash=new_hash, now=now)
        await Session.delete().where((Session.coordinator_id == coordinator_id) & (Session.id != keep_session_id))


async def store_password(*, coordinator_id: int, password_hash: str, now: datetime) -> None:
    """Put a new hash in place and end the links that could still replace it, inside the caller's transaction."""
    await Coordinator.update(password_hash=password_hash).where(Coordinator.id == coordinator_id)
    await OneTime.delete().where((OneTime.coordinator_id == coordinator_id) & OneTime.used_at.is_null())
    await note("coordinator.password_changed", coordinator_id, actor_id=coordinator_id, now=now)


async def disable(*, coordinator_id: int, now: datetime, actor_id: int | None) -> None:
    """Close an account: sessions and links end now, what they did stays in the trail."""
    async with transaction():
        await by_id(coordinator_id=coordinator_id)
        await Coordinator.update(disabled_at=now).where(Coordinator.id == coordinator_id)
        await Session.delete().where(Session.coordinator_id == coordinator_id)
        await OneTime.delete().where(OneTime.coordinator_id == coordinator_id)
        await note("coordinator.disabled", coordinator_id, actor_id=actor_id, now=now)


async def note(action: str, coordinator_id: int, *, actor_id: int | None, now: datetime, cluster_id: int | None = None) -> None:
    """A line in the trail about a coordinator."""
    await trail.record(
        action=action, subject_kind="coordinator", subject_id=coordinator_id, cluster_id=cluster_id, actor_id=actor_id, now=now
    )


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise Refused("Choose a language from the list.", field="language")
    return language
