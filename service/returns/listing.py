"""What the console shows of what came back: newest first, a page at a time, of one cluster."""

from __future__ import annotations

from service.errors import NotFound
from service.persistence.engine import connection
from service.returns.tables import Answer, Report

PAGE = 50
RELAY = "relay"
"""The channel of what the relay refused at once: it never left, and did not come back."""


async def came_back(*, cluster_id: int, about: str) -> dict[str, int]:
    """Verdict of a bounce, or `complaint`, → letters that had left; `""`: all letters that bounced, each once."""
    async with connection() as raw:
        rows = await raw.fetch(_CAME_BACK, cluster_id, about, RELAY)
    return {row["what"]: row["letters"] for row in rows if row["letters"]}


async def answers(*, cluster_id: int, kind: str = "", older_than: int | None = None) -> list[Answer]:
    """What people (`answer`), programs (`automatic`) and calendars (`calendar`) answered; an empty kind is all. Page on with the last one's id."""
    query = Answer.objects().where(Answer.cluster_id == cluster_id)
    if kind:
        query = query.where(Answer.kind == kind)
    if older_than is not None:
        query = query.where(Answer.id < older_than)
    return await query.order_by(Answer.id, ascending=False).limit(PAGE)


async def answer(*, cluster_id: int, answer_id: int) -> Answer:
    """One of them; raises NotFound."""
    found = await Answer.objects().where(Answer.cluster_id == cluster_id, Answer.id == answer_id).first()
    if found is None:
        raise NotFound("There is no such answer.")
    return found


async def reports(*, cluster_id: int, address: str = "", outcome: str = "", about: str = "", older_than: int | None = None) -> list[Report]:
    """Bounces, delays and complaints; of one address, with one outcome, or about letters that had left and came back, where they are given."""
    query = Report.objects().where(Report.cluster_id == cluster_id)
    if about:
        query = query.where(Report.about == about, Report.channel != RELAY, Report.kind != "delay")
    if address:
        query = query.where(Report.address == address.lower())
    if outcome:
        query = query.where(Report.outcome == outcome)
    if older_than is not None:
        query = query.where(Report.id < older_than)
    return await query.order_by(Report.id, ascending=False).limit(PAGE)


async def report(*, cluster_id: int, report_id: int) -> Report:
    """One of them; raises NotFound."""
    found = await Report.objects().where(Report.cluster_id == cluster_id, Report.id == report_id).first()
    if found is None:
        raise NotFound("There is no such report.")
    return found


_CAME_BACK = """
SELECT what, count(DISTINCT letter)::integer AS letters
FROM (
    SELECT CASE kind WHEN 'bounce' THEN verdict ELSE kind END AS what, COALESCE(delivery_id, -id) AS letter
    FROM returned_report WHERE cluster_id = $1 AND about = $2 AND channel <> $3 AND kind <> 'delay'
) AS back
GROUP BY what
UNION ALL
SELECT '', count(DISTINCT COALESCE(delivery_id, -id))::integer
FROM returned_report WHERE cluster_id = $1 AND about = $2 AND channel <> $3 AND kind = 'bounce'
"""
