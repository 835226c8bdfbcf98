"""What comes back about a newsletter counts towards stopping it, by whichever road it comes and however late."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import cast

from service.clusters.tables import Cluster
from service.delivery import alarm, copies, setbacks
from service.delivery.claim import Claimed
from service.delivery.outbox import Kind
from service.delivery.tables import Dispatch
from service.delivery.verdict import Reply
from service.letters.links import Links
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.returns import refusals, reports
from service.returns.complaints import Complaint
from service.returns.notices import Notice
from tests.support.delivery import post


async def sent(cluster: Cluster, *, people: int, now: datetime) -> int:
    """A newsletter that the relay has taken but for its last copy."""
    addresses = [f"p{number}@d{number % 3}.example.org" for number in range(people)]
    dispatch = await post(cluster=cluster, now=now, addresses=addresses, list_id="news.example.org")
    async with connection() as raw:
        await raw.execute(
            "UPDATE delivery SET state = 'sent', settled_at = $2 WHERE dispatch_id = $1 AND address <> $3", dispatch, now, addresses[-1]
        )
    return dispatch


async def state(dispatch: int) -> tuple[str, str]:
    row = await Dispatch.objects().get(Dispatch.id == dispatch)
    assert row is not None
    return row.state, row.reason


async def copy(dispatch: int, place: int) -> copies.Copy:
    async with connection() as raw:
        found = await copies.find(
            delivery_id=await raw.fetchval("SELECT min(id) + $2 FROM delivery WHERE dispatch_id = $1", dispatch, place)
        )
    assert found is not None
    return found


async def test_three_people_who_press_spam_stop_a_newsletter(cluster: Cluster, now: datetime) -> None:
    dispatch = await sent(cluster, people=60, now=now)
    for place in range(3):
        assert await state(dispatch) == ("running", "")
        async with transaction():
            await reports.complained(copy=await copy(dispatch, place), complaint=Complaint("abuse"), channel="smtp", now=now)
    assert await state(dispatch) == ("paused", "complaint")


async def test_bounces_that_come_later_stop_it_as_refusals_at_once_would(cluster: Cluster, now: datetime) -> None:
    dispatch = await sent(cluster, people=120, now=now)
    for place in range(10):
        assert await state(dispatch) == ("running", "")
        async with transaction():
            notice = Notice("failed", "5.1.1", "550 5.1.1 no such user")
            await reports.bounced(copy=await copy(dispatch, place), notices=[notice], channel="smtp", now=now)
    assert await state(dispatch) == ("paused", "hard")


async def test_a_newsletter_that_is_done_is_weighed_as_well_and_told_once(cluster: Cluster, now: datetime) -> None:
    dispatch = await sent(cluster, people=60, now=now)
    async with connection() as raw:
        await raw.execute("UPDATE delivery SET state = 'sent', settled_at = $2 WHERE dispatch_id = $1", dispatch, now)
        await raw.execute("UPDATE dispatch SET state = 'done', done_at = $2 WHERE id = $1", dispatch, now)
    for place in range(5):
        async with transaction():
            await reports.complained(copy=await copy(dispatch, place), complaint=Complaint("abuse"), channel="smtp", now=now)
    assert await state(dispatch) == ("done", "")
    assert await setbacks.untold() == [dispatch]
    async with transaction():
        (hold,) = await setbacks.tell(dispatch_id=dispatch, now=now)
    assert (hold.destination, hold.kind, hold.bad, hold.settled) == (setbacks.AFTERWARDS, alarm.Kind.COMPLAINT, 3, 60)
    assert await setbacks.untold() == []


async def test_refusals_whose_worker_died_before_it_counted_them_are_counted_at_the_next_tick(
    cluster: Cluster, links: Links, now: datetime
) -> None:
    dispatch = await sent(cluster, people=120, now=now)
    async with connection() as raw:
        await raw.execute(
            """UPDATE delivery SET state = 'failed', reason = 'refused 5.1.1 at rcpt', reply = '550 5.1.1 no such user'
               WHERE id IN (SELECT id FROM delivery WHERE dispatch_id = $1 ORDER BY id LIMIT 12)""",
            dispatch,
        )
    await refusals.tick(links=links, now=now)
    assert await state(dispatch) == ("paused", "hard")


def test_a_refusal_at_once_is_understood_with_its_three_digits(now: datetime) -> None:
    tally = setbacks.Tally()
    claimed = cast("Claimed", SimpleNamespace(id=1, dispatch_id=7, address="mari@example.net", kind=Kind.NEWS))
    tally.refused(claimed, Reply(571, "Delivery not authorized"), now)
    assert [one.kind for one in tally._fresh] == [alarm.Kind.OURS]
