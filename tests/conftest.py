"""What every test can ask for. One PostgreSQL and one Valkey serve the whole run; every xdist worker has a database of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Generator
from contextlib import ExitStack
from datetime import UTC, datetime

import asyncpg
import httpx
import pytest
import pytest_asyncio
from hypothesis import settings as hypothesis_settings
from litestar.types import ASGIApp

from service import app
from service.clusters.tables import Cluster
from service.letters.links import Links
from service.persistence import engine, migrations
from service.settings import Settings, Site
from service.tokens import Keys
from tests.support import factories, servers
from tests.support.browser import Browser

SECRET = "a secret of the tests, long enough to sign with"

_running = ExitStack()

hypothesis_settings.register_profile("kutse", deadline=None, max_examples=60)  # a busy machine is no finding
hypothesis_settings.load_profile("kutse")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly or "KUTSE_TEST_POSTGRES" in os.environ:
        return
    os.environ["KUTSE_TEST_POSTGRES"] = _running.enter_context(servers.postgres())
    os.environ["KUTSE_TEST_VALKEY"] = _running.enter_context(servers.valkey())
    asyncio.run(_make_template())


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        _running.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI everything a test needs is installed: what is skipped there has not been shown."""
    report = yield
    if report.skipped and "CI" in os.environ:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def database_url(worker_id: str) -> str:
    """The URL of this worker's own migrated database."""
    return os.environ["KUTSE_TEST_POSTGRES"].format(database=f"kutse_{worker_id}")


@pytest.fixture(scope="session")
def valkey_url() -> str:
    """The URL of the run's Valkey."""
    return os.environ["KUTSE_TEST_VALKEY"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _pool(database_url: str, worker_id: str) -> AsyncIterator[None]:
    await make_database(f"kutse_{worker_id}")
    await engine.connect(url=database_url, pool_size=20)
    yield
    await engine.close()


@pytest_asyncio.fixture(loop_scope="session")
async def database(_pool: None) -> AsyncIterator[None]:
    """An empty migrated database with the pool open; what a test commits is gone after it."""
    yield
    await empty()


@pytest_asyncio.fixture(loop_scope="session")
async def cluster(database: None, now: datetime) -> Cluster:
    """Ida-Viru Loomeklaster: et, ru, en; Europe/Tallinn."""
    return await factories.cluster(now=now)


@pytest.fixture
def now() -> datetime:
    """Sunday, 22 November 2026, 09:00 UTC (11:00 in Tallinn)."""
    return datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(now: datetime) -> Clock:
    """The clock of the application; it stands at `now` until the test moves it."""
    return Clock(now)


@pytest.fixture
def settings() -> Settings:
    """Settings of a site at https://kutse.example.org."""
    return Settings(secret=SECRET, site=Site(url="https://kutse.example.org"))


@pytest_asyncio.fixture(loop_scope="session")
async def browser(database: None, clock: Clock, settings: Settings) -> AsyncIterator[Browser]:
    """A visitor of the application, which runs in this process on this test's database and clock."""
    transport = httpx.ASGITransport(app=_application(settings, clock))  # type: ignore[arg-type]  # the same ASGI, typed twice
    async with httpx.AsyncClient(transport=transport, base_url=settings.site.url) as client:
        yield Browser(client)


class _Applications:
    """One application for each settings, for the whole run: to build it takes longer than most tests."""

    def __init__(self) -> None:
        self._built: list[tuple[Settings, ASGIApp]] = []
        self.clock: Clock | None = None

    def of(self, settings: Settings) -> ASGIApp:
        for known, built in self._built:
            if known == settings:
                return built
        built = app.build(settings=settings, clock=self._time, connect=False)
        self._built.append((settings, built))
        return built

    def _time(self) -> datetime:
        assert self.clock is not None
        return self.clock()


_applications = _Applications()


def _application(settings: Settings, clock: Clock) -> ASGIApp:
    """The application of these settings, on this test's clock."""
    _applications.clock = clock
    return _applications.of(settings)


@pytest.fixture(scope="session")
def keys() -> Keys:
    """The signing keys of the tests."""
    return Keys(secrets=(SECRET,))


@pytest.fixture(scope="session")
def links(keys: Keys) -> Links:
    """Links of a site at https://kutse.example.org."""
    return Links("https://kutse.example.org", keys)


async def empty() -> None:
    """Empty every table and let its numbers begin anew."""
    async with engine.connection() as raw:
        await raw.execute(_EMPTY)


# To truncate every table takes 0.1 s, and a test writes to a few of them. Rows are deleted without their triggers; a table with many is cut off.
_EMPTY = """
DO $$
DECLARE
    one regclass;
    many boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT c.oid FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'migration' LOOP
        EXECUTE format('SELECT count(*) = 1000 FROM (SELECT FROM %s LIMIT 1000) AS few', one) INTO many;
        IF many THEN
            EXECUTE format('TRUNCATE %s CASCADE', one);
        ELSE
            EXECUTE format('DELETE FROM %s', one);
        END IF;
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
        FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename <> 'migration_id_seq';
END $$
"""


async def make_database(name: str) -> None:
    """A fresh copy of the migrated template."""
    raw = await asyncpg.connect(os.environ["KUTSE_TEST_POSTGRES"].format(database="postgres"))
    try:
        await raw.execute("SELECT pg_advisory_lock(1)")
        await raw.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await raw.execute(f"CREATE DATABASE {name} TEMPLATE kutse_template")
    finally:
        await raw.close()


async def _make_template() -> None:
    server = os.environ["KUTSE_TEST_POSTGRES"]
    raw = await asyncpg.connect(server.format(database="postgres"))
    await raw.execute("CREATE DATABASE kutse_template")
    await raw.close()
    url = server.format(database="kutse_template")
    await engine.connect(url=url, pool_size=2)
    await migrations.migrate(url=url)
    await engine.close()
