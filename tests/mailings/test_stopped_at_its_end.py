"""A newsletter that stops itself when nothing is left to send."""

from __future__ import annotations

from datetime import datetime

from service.clusters.tables import Cluster
from service.delivery import results
from service.letters.links import Links
from service.mailings import closing, records
from service.persistence.engine import connection
from service.web.console import mailing_results
from tests.support import mailings as support
from tests.support.subscriptions import outbox


async def test_it_ends_after_its_coordinator_was_told_and_its_page_still_says_why(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=2)
    kadri = await support.coordinator(now=now)
    made = await support.started(cluster, "et", links=links, now=now, actor_id=kadri.id)
    await support.settle(made.dispatch_id, now=now)
    async with connection() as raw:
        await raw.execute("UPDATE dispatch SET state = 'paused', reason = 'hard', figures = '{\"bad\": 11, \"settled\": 120}'")
    seen = []
    for _ in range(4):
        await closing.follow(links=links, now=now)
        seen.append((await records.find(cluster_id=cluster.id, mailing_id=made.id)).state)
    assert seen == ["paused", "paused", "sent", "sent"]
    assert [copy.subject for copy in await outbox() if copy.kind == "service"] == ["Paused: December", "Sent: December"]
    found = await results.of(dispatch_id=made.dispatch_id)
    assert found is not None
    assert (found.state, found.reason) == ("done", "hard")
    assert mailing_results._stopped(found)[0].values == {"bad": 11, "settled": 120}
