"""Pause, resume, cancel; and the end, which the road out decides."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta

import pytest

from service.clusters.tables import Cluster
from service.delivery import control as road
from service.delivery import results, setbacks
from service.delivery.tables import Letter
from service.errors import NotFound, Refused
from service.identity import access
from service.identity.tables import Coordinator
from service.letters.links import Links
from service.mailings import closing, control, records, telling, tick
from service.mailings.lifecycle import State
from service.mailings.tables import Mailing
from service.persistence.engine import connection
from tests.support import factories
from tests.support import mailings as support
from tests.support.subscriptions import outbox


@pytest.fixture
async def sending(cluster: Cluster, links: Links, now: datetime) -> Mailing:
    """A mailing to two people, scheduled by a coordinator who reads English."""
    await support.readers(cluster, now=now, et=2)
    kadri = await support.coordinator(now=now)
    return await support.started(cluster, "et", links=links, now=now, actor_id=kadri.id)


async def _states(mailing: Mailing) -> tuple[str, str]:
    found = await results.of(dispatch_id=mailing.dispatch_id)
    assert found is not None
    return (await records.find(cluster_id=mailing.cluster_id, mailing_id=mailing.id)).state, found.state


async def test_pause_and_resume_move_the_mailing_and_its_dispatch_together(sending: Mailing, now: datetime) -> None:
    which = {"cluster_id": sending.cluster_id, "mailing_id": sending.id, "now": now, "actor_id": None}
    await control.pause(**which)
    assert await _states(sending) == ("paused", "paused")
    with pytest.raises(Refused):
        await control.pause(**which)
    await control.resume(**which)
    assert await _states(sending) == ("sending", "running")


async def test_cancel_ends_every_waiting_copy_with_the_reason(sending: Mailing, now: datetime) -> None:
    await control.cancel(cluster_id=sending.cluster_id, mailing_id=sending.id, now=now, actor_id=None)
    assert await _states(sending) == ("cancelled", "cancelled")
    assert set((await support.copies(sending.dispatch_id)).values()) == {("et", "cancelled", control.BY_COORDINATOR)}


async def test_nobody_stops_what_is_another_clusters(sending: Mailing, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    for act in (control.pause, control.resume, control.cancel):
        with pytest.raises(NotFound):
            await act(cluster_id=other.id, mailing_id=sending.id, now=now, actor_id=None)
    assert await _states(sending) == ("sending", "running")


async def test_a_mailing_ends_when_its_dispatch_is_done_and_its_coordinator_is_told_once(
    sending: Mailing, links: Links, now: datetime
) -> None:
    assert await closing.follow(links=links, now=now) == 0
    await support.settle(sending.dispatch_id, now=now)
    later = now + timedelta(minutes=1)
    assert await closing.follow(links=links, now=later) == 1
    assert await closing.follow(links=links, now=later) == 0
    found = await records.find(cluster_id=sending.cluster_id, mailing_id=sending.id)
    assert (found.state, found.ended_at) == (State.SENT, later)
    (told,) = [copy for copy in await outbox() if copy.kind == "service"]
    assert (told.address, told.language, told.subject) == ("kadri@example.org", "en", "Sent: December")


async def test_a_dispatch_that_paused_itself_pauses_the_mailing_and_the_coordinator_reads_why(
    sending: Mailing, links: Links, now: datetime
) -> None:
    colleague = await support.coordinator(now=now, address="mart@example.org", language="et")
    await access.join(coordinator_id=colleague.id, cluster_id=sending.cluster_id, now=now)
    await _stopped(sending, "hard", '{"bad": 11, "settled": 120}')
    for _ in range(3):
        await closing.follow(links=links, now=now)
    assert await _states(sending) == ("paused", "paused")
    told = [copy for copy in await outbox() if copy.kind == "service"]
    assert [(copy.address, copy.language) for copy in told] == [("kadri@example.org", "en"), ("mart@example.org", "et")]
    assert told[0].subject == "Paused: December"
    assert "no such mailbox: 11 of 120 copies" in await _text(told[0].address)


async def test_an_operator_is_told_as_well_when_the_refusals_are_about_us(sending: Mailing, links: Links, now: datetime) -> None:
    await Coordinator(address="office@example.org", name="", language="en", is_operator=True, created_at=now).save()
    await _stopped(sending, "ours", '{"bad": 21, "settled": 40}')
    await closing.follow(links=links, now=now)
    told = [copy.address for copy in await outbox() if copy.kind == "service"]
    assert told == ["kadri@example.org", "office@example.org"]


async def test_a_hold_at_one_destination_is_told_once_and_lifted_by_a_coordinator(sending: Mailing, links: Links, now: datetime) -> None:
    async with connection() as raw:
        await raw.execute(
            """INSERT INTO dispatch_hold (dispatch_id, destination, domains, reason, bad, settled, since)
               VALUES ($1, 'example.org', '{example.org}', 'ours', 20, 40, $2)""",
            sending.dispatch_id,
            now,
        )
    for _ in range(3):
        await closing.follow(links=links, now=now)
    (told,) = [copy for copy in await outbox() if copy.kind == "service"]
    assert told.subject == "Held at example.org: December"
    assert await _states(sending) == ("sending", "running")
    await control.release(cluster_id=sending.cluster_id, mailing_id=sending.id, destination="example.org", now=now, actor_id=None)
    assert await setbacks.holds(dispatch_id=sending.dispatch_id) == []


async def test_a_newsletter_that_came_back_after_it_was_sent_is_told_once(sending: Mailing, links: Links, now: datetime) -> None:
    async with connection() as raw:
        await raw.execute("UPDATE delivery SET state = 'sent', settled_at = $2 WHERE dispatch_id = $1", sending.dispatch_id, now)
        await raw.execute("UPDATE dispatch SET state = 'done' WHERE id = $1", sending.dispatch_id)
        await raw.execute(
            "INSERT INTO dispatch_hold (dispatch_id, destination, domains, reason, bad, settled, since) VALUES ($1, '', '{}', 'hard', 12, 120, $2)",
            sending.dispatch_id,
            now,
        )
    for _ in range(3):
        await closing.follow(links=links, now=now)
    told = [copy.subject for copy in await outbox() if copy.kind == "service"]
    assert sorted(told) == ["Much of “December” came back", "Sent: December"]


async def test_figures_of_a_mailing_that_do_not_add_up_are_written_down_and_told_to_the_operators_too(
    sending: Mailing, links: Links, now: datetime
) -> None:
    await Coordinator(address="office@example.org", name="", language="en", is_operator=True, created_at=now).save()
    await support.settle(sending.dispatch_id, now=now)
    async with connection() as raw:
        await raw.execute("DELETE FROM delivery WHERE id = (SELECT min(id) FROM delivery WHERE dispatch_id = $1)", sending.dispatch_id)
        await closing.follow(links=links, now=now)
        details = await raw.fetchval("SELECT details FROM audit_entry WHERE action = 'mailing.finish'")
    assert json.loads(details) == {"candidates": 2, "by_state": {"sent": 1}, "adds_up": False}
    told = [copy for copy in await outbox() if copy.kind == "service"]
    assert [copy.address for copy in told] == ["kadri@example.org", "office@example.org"]
    report = await Letter.objects().order_by(Letter.id, ascending=False).first()
    assert report is not None
    assert "2 people were counted when it started, and 1 have a row" in report.text


async def _stopped(mailing: Mailing, reason: str, figures: str) -> None:
    await road.pause(dispatch_id=mailing.dispatch_id, now=mailing.started_at, reason=reason)
    async with connection() as raw:
        await raw.execute("UPDATE dispatch SET figures = $2 WHERE id = $1", mailing.dispatch_id, figures)


async def _text(address: str) -> str:
    async with connection() as raw:
        return str(
            await raw.fetchval(
                "SELECT text FROM letter JOIN delivery ON delivery.letter_id = letter.id WHERE delivery.address = $1", address
            )
        )


async def test_trouble_with_the_report_of_one_keeps_nothing_else_from_starting(
    sending: Mailing, cluster: Cluster, links: Links, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await support.settle(sending.dispatch_id, now=now)
    due = await support.scheduled(cluster, "et", links=links, now=now)

    async def stumble(*_: object, **__: object) -> None:
        raise ValueError("no such template")

    with monkeypatch.context() as patched:
        patched.setattr(telling, "finished", stumble)
        await tick.tick(links=links, now=now)
    assert (await records.find(cluster_id=cluster.id, mailing_id=sending.id)).state == State.SENDING
    assert (await records.find(cluster_id=cluster.id, mailing_id=due.id)).state == State.SENDING
    await tick.tick(links=links, now=now)
    assert (await records.find(cluster_id=cluster.id, mailing_id=sending.id)).state == State.SENT


async def test_two_workers_that_see_the_end_tell_it_once(sending: Mailing, links: Links, now: datetime) -> None:
    await support.settle(sending.dispatch_id, now=now)
    assert sum(await asyncio.gather(*(closing.follow(links=links, now=now) for _ in range(4)))) == 1
    assert len([copy for copy in await outbox() if copy.kind == "service"]) == 1
