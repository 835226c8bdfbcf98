"""Freezing an audience."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.clusters.tables import Cluster
from service.delivery import freeze, outbox, results, suppressions
from service.delivery.freeze import Frozen
from service.delivery.tables import Dispatch
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from tests.support import factories
from tests.support.delivery import letter, post, rows

AUDIENCE = "SELECT id, address, name, language FROM person WHERE cluster_id = $1"


async def _freeze(cluster: Cluster, now: datetime, **values: object) -> Frozen:
    async with transaction(isolation="REPEATABLE READ"):
        return await freeze.freeze(
            **{  # type: ignore[arg-type]
                "cluster": cluster,
                "letters": [letter("et"), letter("en")],
                "audience_sql": AUDIENCE,
                "audience_args": [cluster.id],
                "list_id": "news.example.org",
                "about": "mailing:1",
                "fallback": {"pl": "en"},
                "expires_at": None,
                "now": now,
                **values,
            }
        )


async def test_everybody_gets_a_row_and_each_reads_a_language_of_theirs(cluster: Cluster, now: datetime) -> None:
    for address, language in (("a", "et"), ("b", "en"), ("c", "pl"), ("d", "ru"), ("e", "et"), ("f", "et"), ("g", "et")):
        await factories.person(cluster=cluster, now=now, address=f"{address}@example.org", language=language)
    for address, scope in (("e", "all"), ("f", "news"), ("g", "news.example.org"), ("a", "another.example.org")):
        await suppressions.add(cluster_id=cluster.id, address=f"{address}@example.org", scope=scope, reason="test", now=now)
    frozen = await _freeze(cluster, now)
    assert (frozen.candidates, frozen.queued, frozen.skipped) == (7, 3, {"no edition": 1, "suppressed": 3})
    found = {row.address[0]: (row.state, row.reason) for row in await rows(frozen.dispatch_id)}
    assert found["a"] == found["b"] == found["c"] == ("queued", "")
    assert (found["d"], found["e"]) == (("skipped", "no edition"), ("skipped", "suppressed"))
    async with connection() as raw:
        languages = await raw.fetch("SELECT d.address, l.language FROM delivery d JOIN letter l ON l.id = d.letter_id ORDER BY 1")
    assert [tuple(row) for row in languages] == [("a@example.org", "et"), ("b@example.org", "en"), ("c@example.org", "en")]
    found_results = await results.of(dispatch_id=frozen.dispatch_id)
    assert found_results is not None
    assert found_results.candidates == sum(found_results.by_state.values())


async def test_an_address_that_two_persons_share_is_mailed_once(cluster: Cluster, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="other")
    for one in (cluster, other):
        await factories.person(cluster=one, now=now, address="office@example.org")
    frozen = await _freeze(cluster, now, audience_sql="SELECT id, address, name, language FROM person", audience_args=[])
    assert (frozen.queued, frozen.skipped) == (1, {"duplicate address": 1})


async def test_an_audience_that_is_not_the_one_that_was_counted_is_not_frozen(
    cluster: Cluster, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await factories.person(cluster=cluster, now=now, address="a@example.org")
    monkeypatch.setattr(freeze, "_COUNT", "SELECT count(*) + 1 FROM ({audience}) AS audience")
    with pytest.raises(RuntimeError, match="froze 1 \\+ 0 of 2 candidates"):
        await _freeze(cluster, now)
    assert await Dispatch.count() == 0


async def test_an_audience_of_nobody_is_done_at_once(cluster: Cluster, now: datetime) -> None:
    frozen = await _freeze(cluster, now)
    found = await results.of(dispatch_id=frozen.dispatch_id)
    assert found is not None
    assert (frozen.candidates, found.state) == (0, "done")


async def test_a_letter_is_posted_inside_a_transaction_or_not_at_all(cluster: Cluster, now: datetime) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        await outbox.post(cluster=cluster, kind=outbox.Kind.NEWS, letters=[], copies=[], about="x", now=now)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  (the error comes after the post)
        async with transaction():
            await post(cluster=cluster, now=now)
            raise ZeroDivisionError
    assert await results.of(dispatch_id=1) is None


async def test_a_copy_without_its_letter_or_its_values_is_refused_before_anything_is_written(cluster: Cluster, now: datetime) -> None:
    with pytest.raises(ValueError, match="no letter in 'et'"):
        await post(cluster=cluster, now=now, letters=(letter("en"),))
    with pytest.raises(ValueError, match="no value for seat"):
        await post(cluster=cluster, now=now, letters=(letter("et", subject="KUTSE7seat7SLOT"),))
    with pytest.raises(ValueError, match="at least one"):
        await post(cluster=cluster, now=now, addresses=())
