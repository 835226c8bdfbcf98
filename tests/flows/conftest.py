"""One living installation for the flows of a test process, a cluster of its own for each of them, and people who use it."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest_asyncio

from service.clusters.tables import Cluster
from service.upkeep.founding import found_cluster
from tests.conftest import make_database
from tests.support import identity, live
from tests.support.browser import Browser
from tests.support.live import Live


@dataclass(frozen=True)
class Town:
    """A cluster of an installation. Nobody else's letters go to its addresses."""

    live: Live
    cluster: Cluster

    @property
    def slug(self) -> str:
        """The first part of its paths."""
        return str(self.cluster.slug)

    @property
    def desk(self) -> str:
        """Its path in the console."""
        return f"/console/{self.slug}"

    def home(self, language: str = "et") -> str:
        """Its home page."""
        return f"/{self.slug}/{language}"

    def address(self, who: str) -> str:
        """Somebody's address here."""
        return f"{who}@{self.slug}.example.org"


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def installation(worker_id: str, valkey_url: str) -> AsyncIterator[Live]:
    """The processes, on a database and a Valkey of this test process alone."""
    number = int(worker_id.removeprefix("gw")) % 15 if worker_id.startswith("gw") else 0
    async with live.installation(
        database_url=await database(f"live_{worker_id}_{secrets.token_hex(4)}"), valkey_url=f"{valkey_url}?db={number + 1}"
    ) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def town(installation: Live) -> AsyncIterator[Town]:
    """Et, ru, en; Europe/Tallinn. The rooms of this process see it too."""
    async with live.rooms(installation.environment["DATABASE_URL"]):
        yield await a_town(installation)


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(town: Town) -> AsyncIterator[Browser]:
    """Somebody with a browser."""
    async with town.live.visitor() as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def coordinator(town: Town) -> AsyncIterator[Browser]:
    """A coordinator of the town, signed in by the page."""
    async with signed_in(town) as one:
        yield one


async def database(name: str) -> str:
    """The URL of a fresh migrated database."""
    await make_database(f"kutse_{name}")
    return os.environ["KUTSE_TEST_POSTGRES"].format(database=f"kutse_{name}")


async def a_town(on: Live) -> Town:
    """A new cluster; the rooms work on the installation's database already."""
    slug = f"town-{secrets.token_hex(4)}"
    profile = replace(identity.profile(), slug=slug, name="Ida-Viru Loomeklaster", languages=("et", "ru", "en"))
    return Town(on, await found_cluster(profile=profile, mail_domain="mail.kutse.example.org", now=datetime.now(UTC)))


@asynccontextmanager
async def signed_in(town: Town) -> AsyncIterator[Browser]:
    """A new coordinator's browser."""
    made = await identity.coordinator(now=datetime.now(UTC), cluster=town.cluster, address=town.address("kadri"))
    async with town.live.visitor() as one:
        await one.open("/console/sign-in")
        await one.submit("/console/sign-in", {"address": made.address, "password": identity.PASSWORD})
        assert one.page.url.path == town.desk, one.text()
        yield one
