"""Bounces and complaints about a copy: written down, weighed by the policy, and the address held back where it says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from service.audit import trail
from service.delivery import alarm, copies, setbacks, suppressions
from service.delivery.classification import Verdict, classify, softened
from service.delivery.copies import Copy
from service.delivery.outbox import Kind
from service.errors import NotFound, Stale
from service.persistence.engine import connection
from service.persistence.transaction import required, transaction
from service.returns import policy
from service.returns.complaints import Complaint
from service.returns.notices import Notice
from service.returns.policy import Fate, Standing
from service.returns.tables import Report
from service.subscriptions import consents

log = structlog.get_logger()

KEEP = "keep"
"""A coordinator's decision about a complaint: go on as before."""


async def bounced(*, copy: Copy, notices: Sequence[Notice], channel: str, now: datetime) -> None:
    """What servers said about a copy."""
    required()
    await _lock(copy.cluster_id, copy.address)
    for notice in notices:
        if notice.action == "delayed":
            await _add(copy, kind="delay", notice=notice, verdict="", outcome="noted", channel=channel, now=now)
        elif notice.action == "failed" or (not notice.action and not notice.status.startswith("2")):
            await _failed(copy, notice, channel, now)


async def complained(*, copy: Copy, complaint: Complaint, channel: str, now: datetime) -> None:
    """Somebody pressed “spam”: about news, no more news at once; about a letter they had asked for, a coordinator decides."""
    required()
    notice = Notice(action="", status="", words=f"{complaint.type} {complaint.agent}".strip())
    if not complaint.complains:
        await _add(copy, kind="complaint", notice=notice, verdict="", outcome="noted", channel=channel, now=now)
    elif copy.kind is Kind.SERVICE:
        await _add(copy, kind="complaint", notice=notice, verdict="", outcome="waiting", channel=channel, now=now)
    elif await _add(copy, kind="complaint", notice=notice, verdict="", outcome="suppressed", channel=channel, now=now):
        await _suppress(copy.cluster_id, copy.address, suppressions.NEWS, f"complaint: {notice.words}", now)
        await setbacks.report(delivery_id=copy.id, address=copy.address, kind=alarm.Kind.COMPLAINT, now=now)


async def decide(*, cluster_id: int, report_id: int, scope: str, actor_id: int, now: datetime) -> None:
    """A coordinator's word on a complaint about a service letter: `news`, `all` or `keep`; raises NotFound, Stale."""
    if scope not in (suppressions.ALL, suppressions.NEWS, KEEP):
        raise NotFound("Choose one of the answers on the page.")
    async with transaction():
        report = await Report.objects().where(Report.id == report_id, Report.cluster_id == cluster_id).first()
        if report is None:
            raise NotFound("There is no such report.")
        if scope != KEEP:
            await _suppress(cluster_id, report.address, scope, f"complaint: {report.words}", now)
        waiting = (Report.id == report.id) & (Report.outcome == "waiting")
        if not await Report.update({Report.outcome: "decided"}).where(waiting).returning(Report.id):
            raise Stale("Somebody has decided about this complaint already.")
        await trail.record(
            action="complaint.decided",
            subject_kind="returned_report",
            subject_id=report.id,
            cluster_id=cluster_id,
            actor_id=actor_id,
            now=now,
            details={"scope": scope},
        )


async def lift(*, cluster_id: int, suppression_id: int, reason: str, actor_id: int, now: datetime) -> None:
    """Mail an address again; `reason` is kept in the trail. Raises NotFound; Stale when only the person can come back."""
    async with transaction():
        held = await suppressions.by_id(cluster_id=cluster_id, suppression_id=suppression_id)
        if not liftable(reason=held.reason):
            raise Stale("This person left by their own wish. Only they can subscribe again.")
        await suppressions.lift(cluster_id=cluster_id, address=held.address, scope=held.scope)
        await _forgive(cluster_id, held.address, now)
        await trail.record(
            action="suppression.lifted",
            subject_kind="suppression",
            subject_id=held.id,
            cluster_id=cluster_id,
            actor_id=actor_id,
            now=now,
            details={"scope": held.scope, "reason": reason},
        )


async def revived(*, cluster_id: int, address: str, how: str, now: datetime) -> bool:
    """The owner of an address has shown that it works, in the caller's transaction or one of its own: it gets mail again, and what came back counts no more.

    `how`: in words, for the trail. False when nothing was held.
    """
    async with transaction():
        lifted = await suppressions.revive(cluster_id=cluster_id, address=address)
        if lifted is None:
            return False
        await _forgive(cluster_id, address, now)
        await trail.record(
            action="suppression.lifted",
            subject_kind="suppression",
            subject_id=lifted,
            cluster_id=cluster_id,
            actor_id=None,
            now=now,
            details={"scope": suppressions.ALL, "reason": how},
        )
    return True


def liftable(*, reason: str) -> bool:
    """Whether it was written here, and not because the person left."""
    return reason.startswith(("bounce: ", "complaint: "))


async def _failed(copy: Copy, notice: Notice, channel: str, now: datetime) -> None:
    said = classify(status=notice.status, words=notice.words)
    verdict = softened(said, address=copy.address, final=notice.final)
    outcome = "told" if verdict is Verdict.OURS else "counted"
    report_id = await _add(copy, kind="bounce", notice=notice, verdict=verdict.value, outcome=outcome, channel=channel, now=now)
    if report_id is None:
        return
    if verdict in (Verdict.HARD, Verdict.OURS):
        await setbacks.report(delivery_id=copy.id, address=copy.address, kind=alarm.Kind(verdict.value), now=now)
    if verdict is Verdict.OURS:
        log.warning("bounce_is_about_us", delivery=copy.id, status=notice.status, words=notice.words[:200])
    elif await _standing(copy, now) is Standing.DEAD:
        await _suppress(copy.cluster_id, copy.address, suppressions.ALL, f"bounce: {notice.status} {notice.words}", now)
        await Report.update({Report.outcome: "suppressed"}).where(Report.id == report_id)


async def _standing(copy: Copy, now: datetime) -> Standing:
    since, yes = now - policy.WINDOW, await consents.last_yes(cluster_id=copy.cluster_id, address=copy.address)
    async with connection() as raw:
        rows = await raw.fetch(_FATES, copy.cluster_id, copy.address.lower(), since, yes)
    counting = [Fate(row["letter"], row["sent_at"], Verdict(row["verdict"])) for row in rows if row["forgiven_at"] is None]
    sent = await copies.handed_over(cluster_id=copy.cluster_id, address=copy.address, since=since, until=now - policy.UNBOUNCED)
    back = {row["letter"] for row in rows}
    stayed = [Fate(letter, at, None) for letter, at in sent.items() if letter not in back]
    return policy.standing([*counting, *stayed])


async def _add(copy: Copy, *, kind: str, notice: Notice, verdict: str, outcome: str, channel: str, now: datetime) -> int | None:
    """The report's id; None when it is known already."""
    final = notice.final if notice.final.lower() != copy.address.lower() else ""
    async with connection() as raw:
        found: int | None = await raw.fetchval(
            _ADD,
            copy.cluster_id,
            copy.id,
            copy.address.lower(),
            kind,
            verdict,
            notice.status,
            final[:254],
            notice.words,
            copy.about,
            channel,
            outcome,
            min(copy.handed_over_at, now),
            now,
        )
    return found


async def _forgive(cluster_id: int, address: str, now: datetime) -> None:
    forgiven = Report.update({Report.forgiven_at: now})
    await forgiven.where(Report.cluster_id == cluster_id, Report.address == address.lower(), Report.forgiven_at.is_null())


async def _lock(cluster_id: int, address: str) -> None:
    """Two reports about one address are weighed one after the other."""
    async with connection() as raw:
        await raw.execute("SELECT pg_advisory_xact_lock(hashtextextended(lower($2), $1))", cluster_id, address)


async def _suppress(cluster_id: int, address: str, scope: str, reason: str, now: datetime) -> None:
    await suppressions.add(cluster_id=cluster_id, address=address, scope=scope, reason=" ".join(reason.split())[:500], now=now)


_ADD = """
INSERT INTO returned_report (
    cluster_id, delivery_id, address, kind, verdict, status, final_recipient, words, about, channel, outcome, sent_at, received_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING RETURNING id
"""

_FATES = """
SELECT COALESCE(delivery_id, -id) AS letter, sent_at, verdict, forgiven_at FROM returned_report
WHERE cluster_id = $1 AND address = $2 AND kind = 'bounce' AND received_at >= $3 AND ($4::timestamptz IS NULL OR sent_at > $4)
"""
