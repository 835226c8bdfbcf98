"""What the console shows of what came back: newest first, a page at a time, of one cluster."""

from __future__ import annotations

from service.errors import NotFound
from service.returns.tables import Answer, Report

PAGE = 50


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


async def reports(*, cluster_id: int, address: str = "", outcome: str = "", older_than: int | None = None) -> list[Report]:
    """Bounces, delays and complaints; of one address, or with one outcome, where they are given."""
    query = Report.objects().where(Report.cluster_id == cluster_id)
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
