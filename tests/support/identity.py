"""Coordinators for tests. Hashing is made cheap: what argon2 costs is not what these tests are about."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import pytest
from argon2 import PasswordHasher

from service.clusters.profile import Profile
from service.clusters.tables import Cluster
from service.identity import access, accounts, passwords, recovery
from service.identity.tables import Coordinator

PASSWORD = "viis valget hobust"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)
    monkeypatch.setattr(recovery, "PAUSE", 0)


async def coordinator(
    *,
    now: datetime,
    cluster: Cluster | None = None,
    address: str = "kadri@example.org",
    name: str = "Kadri Kask",
    language: str = "en",
    password: str | None = PASSWORD,
    is_operator: bool = False,
) -> Coordinator:
    """A coordinator, of `cluster` if it is given."""
    made = await accounts.create(address=address, name=name, language=language, password=password, is_operator=is_operator, now=now)
    if cluster is not None:
        await access.join(coordinator_id=made.id, cluster_id=cluster.id, now=now)
    return made


@cache
def profile() -> Profile:
    """What an office writes into the form; change it with `dataclasses.replace`."""
    return Profile(
        slug="tartu",
        name="Tartu loomeklaster",
        languages=("et", "en"),
        zone="Europe/Tallinn",
        sender_name="Tartu loomeklaster",
        sender_address="uudised@tartu.example.org",
        contact_address="klaster@tartu.example.org",
        postal_address="Lai 30, 51005 Tartu",
    )
