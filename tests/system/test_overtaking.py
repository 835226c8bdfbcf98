"""A confirmation is not kept waiting by a newsletter: 100,000 copies in flight, no Valkey to nudge, and the relay as fast as it can or slow."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.clusters.tables import Cluster
from service.delivery.outbox import Kind
from service.persistence.engine import connection
from tests.benchmarks import _stage
from tests.support import delivery

COPIES = 100_000
LETTERS = 8


@pytest.mark.timeout(180)
@pytest.mark.parametrize("delay", [0, 1], ids=["a fast relay", "a relay that thinks for a second"])
async def test_a_confirmation_written_while_a_newsletter_is_in_flight_is_offered_within_two_seconds(delay: int) -> None:
    with _stage.sink(delay=delay) as port:
        async with _stage.stage() as stage:
            cluster = await _stage.people(count=COPIES, now=_stage.now())
            newsletter = await _stage.newsletter(cluster=cluster, now=_stage.now())
            with stage.worker(port):
                await _stage.is_beating()
                await _stage.resume(newsletter)
                await _flowing(newsletter)
                waited = [await _waited(cluster, place) for place in range(LETTERS)]
                states = await _stage.states(newsletter)
    print(f"seconds from commit to the relay's answer: {sorted(round(one, 2) for one in waited)}; newsletter {states}")
    assert states["sent"] + states.get("queued", 0) + states.get("sending", 0) == COPIES
    assert states.get("queued", 0) > 0, "the newsletter was over: nothing has been overtaken"
    assert max(waited) - delay < 2


async def _flowing(dispatch: int) -> None:
    async def some_are_sent() -> bool:
        return (await _stage.states(dispatch)).get("sent", 0) >= 20

    await delivery.until(some_are_sent)


async def _waited(cluster: Cluster, place: int) -> float:
    """Seconds until the relay has answered for a letter that was just committed."""
    posted = datetime.now(UTC)
    dispatch = await delivery.post(cluster=cluster, now=posted, addresses=[f"urgent{place}@example.org"], kind=Kind.SERVICE)

    async def settled_at() -> datetime | None:
        async with connection() as raw:
            found: datetime | None = await raw.fetchval("SELECT settled_at FROM delivery WHERE dispatch_id = $1", dispatch)
        return found

    await delivery.until(settled_at)
    return ((await settled_at() or datetime.now(UTC)) - posted).total_seconds()
