"""Letting somebody into an office: an account, a membership, and a letter with a link to choose a password."""

from __future__ import annotations

from datetime import datetime

from service.clusters.tables import Cluster
from service.delivery import outbox
from service.errors import Refused
from service.identity import access, accounts, one_time, passwords, sign_in
from service.identity.one_time import LIFETIMES, Purpose
from service.identity.tables import Coordinator
from service.letters import brand, render
from service.letters.links import Links
from service.people import names
from service.persistence.transaction import transaction


async def invite(*, address: str, cluster: Cluster, language: str, links: Links, now: datetime, actor_id: int | None) -> bool:
    """Let the owner of `address` work for `cluster`; True when a letter was sent, False when they have an account and a password already.

    Inviting again sends a new letter while no password is chosen. Raises Refused for what is no address, and for a closed account.
    """
    async with transaction():
        coordinator = await _account(address, language, now, actor_id)
        await access.join(coordinator_id=coordinator.id, cluster_id=cluster.id, now=now, actor_id=actor_id)
        if coordinator.password_hash is not None:
            return False
        await _send(coordinator, cluster, links, now)
    return True


async def accept(*, one_time_id: int, name: str, language: str, password: str, now: datetime) -> Coordinator:
    """Take the invitation: say one's name, choose a password, and be signed in. Raises Refused or Gone."""
    invited = await look(one_time_id=one_time_id, now=now)
    accounts.checked(address=invited.address, name=name, language=language, password=password)
    password_hash = await passwords.hashed(password)
    async with transaction():
        await one_time.use(one_time_id=one_time_id, purposes=(Purpose.INVITATION,), now=now)
        await Coordinator.update(name=names.normalise(name), language=language).where(Coordinator.id == invited.id)
        await accounts.store_password(coordinator_id=invited.id, password_hash=password_hash, now=now)
        await sign_in.arrived(coordinator_id=invited.id, now=now)
    return await accounts.by_id(coordinator_id=invited.id)


async def look(*, one_time_id: int, now: datetime) -> Coordinator:
    """Whom an open invitation is for; raises Gone."""
    row = await one_time.look(one_time_id=one_time_id, purposes=(Purpose.INVITATION,), now=now)
    return await sign_in.open_account(coordinator_id=row.coordinator_id)


async def _account(address: str, language: str, now: datetime, actor_id: int | None) -> Coordinator:
    known = await accounts.by_address(address=address)
    if known is None:
        return await accounts.create(address=address, name="", language=language, now=now, actor_id=actor_id)
    if known.disabled_at is not None:
        raise Refused("This account was closed. Ask the people who run this site.", field="address")
    return known


async def _send(coordinator: Coordinator, cluster: Cluster, links: Links, now: datetime) -> None:
    letter = await render.letter(
        template="coordinator_invited",
        language=coordinator.language,
        brand=brand.of(cluster=cluster, links=links, language=coordinator.language),
        values={"clusters": [cluster.name], "valid_days": LIFETIMES[Purpose.INVITATION].days},
    )
    row = await one_time.issue(purpose=Purpose.INVITATION, coordinator_id=coordinator.id, now=now)
    link = links.welcome(one_time_id=row.id, expires_at=row.expires_at)
    await outbox.post(
        cluster=cluster,
        kind=outbox.Kind.SERVICE,
        letters=[letter],
        copies=[outbox.Copy(coordinator.address, coordinator.language, slots={"welcome_url": link})],
        about=f"coordinator:{coordinator.id}",
        expires_at=row.expires_at,
        now=now,
    )
