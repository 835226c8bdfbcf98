"""The sample clusters: loaded whole through the rooms, in the coming year, removed by one act."""

from datetime import datetime, timedelta

import pytest

from service.clusters import samples
from service.clusters.tables import Cluster
from service.events import programme
from service.letters.links import Links
from service.persistence.engine import connection
from service.sample import loading, reading
from tests.support import factories

MAIL_DOMAIN = "kutse.example.org"


async def test_all_is_loaded_its_events_lie_in_the_coming_year_and_one_act_removes_it(database: None, links: Links, now: datetime) -> None:
    now = now.replace(month=6)  # those who look at what is loaded do it in November
    own = await factories.cluster(now=now, slug="own")
    told: list[tuple[int, int]] = []
    clusters = await loading.load(links=links, mail_domain=MAIL_DOMAIN, now=now, progress=lambda done, total: told.append((done, total)))
    assert [cluster.slug for cluster in clusters] == [entry["cluster"]["slug"] for entry in reading.clusters()]
    assert told[-1] == (len(clusters), len(clusters))
    for cluster in clusters:
        for event in await programme.upcoming(cluster_id=cluster.id, now=now, limit=50):
            assert now < event.starts_at < now + timedelta(days=380)
    assert await samples.remove(now=now) == len(clusters)
    assert [cluster.slug for cluster in await Cluster.objects()] == [own.slug]
    assert await _rows_left() == {"cluster", "feed_version", "audit_entry", "throttle"}


async def test_loading_that_was_stopped_halfway_leaves_nothing(database: None, links: Links, now: datetime) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await loading.load(links=links, mail_domain=MAIL_DOMAIN, now=now, progress=stop)
    assert not await Cluster.exists()


async def _rows_left() -> set[str]:
    async with connection() as raw:
        tables = await raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration'")
        return {row[0] for row in tables if await raw.fetchval(f"SELECT EXISTS (SELECT FROM {row[0]})")}
