"""A forgotten password: a letter with a link, and the same answer whether or not there is such an account."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from service.clusters.tables import Cluster
from service.delivery import outbox
from service.identity import access, accounts, one_time
from service.identity.one_time import LIFETIMES, Purpose
from service.identity.tables import Coordinator
from service.letters import brand, render
from service.letters.links import Links
from service.persistence import throttle
from service.persistence.transaction import transaction

log = structlog.get_logger()

PAUSE = 0.5
"""Seconds that every answer takes."""


async def ask(*, address: str, network: str, links: Links, now: datetime) -> None:
    """Send the account of this address, if there is an open one, a link to choose a new password. Raises TooMany.

    Writing a letter takes time; the pause is longer, so that the clock tells nobody whether there is such an account.
    """
    await throttle.count(what="recovery.network", who=network, limit=20, now=now)
    await throttle.count(what="recovery.address", who=address.strip(), limit=5, now=now)
    await asyncio.gather(_answer(address, links, now), asyncio.sleep(PAUSE))


async def _answer(address: str, links: Links, now: datetime) -> None:
    coordinator = await accounts.by_address(address=address)
    if coordinator is None or coordinator.disabled_at is not None:
        return
    clusters = await access.clusters_of(coordinator=coordinator)
    if not clusters:
        log.warning("recovery_without_cluster", coordinator=coordinator.id)
        return
    await _send(coordinator, clusters[0], links, now)


async def _send(coordinator: Coordinator, cluster: Cluster, links: Links, now: datetime) -> None:
    """Letters have a sender, and that is a cluster's; a coordinator of several hears from the first."""
    letter = await render.letter(
        template="sign_in_link",
        language=coordinator.language,
        brand=brand.of(cluster=cluster, links=links, language=coordinator.language),
        values={"valid_minutes": int(LIFETIMES[Purpose.PASSWORD].total_seconds() // 60)},
    )
    async with transaction():
        row = await one_time.issue(purpose=Purpose.PASSWORD, coordinator_id=coordinator.id, now=now)
        link = links.sign_in(one_time_id=row.id, expires_at=row.expires_at)
        await outbox.post(
            cluster=cluster,
            kind=outbox.Kind.SERVICE,
            letters=[letter],
            copies=[outbox.Copy(coordinator.address, coordinator.language, name=coordinator.name, slots={"sign_in_url": link})],
            about=f"coordinator:{coordinator.id}",
            expires_at=row.expires_at,
            now=now,
        )
        await accounts.note("coordinator.asked_for_password", coordinator.id, actor_id=None, now=now)
