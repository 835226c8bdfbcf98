"""What calendars answer: read, weighed for trust, written down, and handed to the events, which apply it or say why not.

An answer is believed for the token in the address it came to, or when the attendee is its author and our own mail server says that
DMARC passed (`authenticated`).
"""

from __future__ import annotations

import asyncio
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from service.audit import trail
from service.calendars import replies
from service.calendars.replies import Reply
from service.clusters import directory
from service.clusters.tables import Cluster
from service.errors import Stale
from service.events import answers as events
from service.events import programme, registrants, weighing
from service.events.office import Office
from service.events.weighing import Ignored
from service.languages import choice
from service.languages.catalogues import marked
from service.languages.dates import Dates
from service.persistence.transaction import transaction
from service.returns import answers, authenticated, reports
from service.returns.reception import Reception
from service.returns.tables import Answer
from service.returns.telling import Told

WHY_IGNORED: dict[str, str] = {
    Ignored.FORGED: marked("Nothing shows that it comes from the invited person"),
    Ignored.UNKNOWN: marked("It answers no invitation of this cluster"),
    Ignored.FOREIGN: marked("It speaks for another address than the one that was invited"),
    Ignored.GONE: marked("The place was given back already, or the event is over or called off"),
    Ignored.STALE: marked("It answers an invitation that has been changed since"),
    Ignored.OTHER_DAY: marked("It speaks of a day that is not one of the event’s"),
    Ignored.SILENT: marked("It says neither yes, perhaps nor no"),
    Ignored.DOUBLED: marked("It came before, or a later answer came first"),
}
"""Why an answer was not applied, in words for a coordinator."""


async def take(
    *, told: Told, cluster_id: int, delivery_id: int | None, sent_to: str, by_token: bool, desk: Reception, now: datetime
) -> None:
    """Write each answer down and apply it; raises replies.Unreadable when there is none among the calendar objects."""
    for reply in await asyncio.to_thread(_readable, told.calendars):
        row = Answer(
            cluster_id=cluster_id,
            delivery_id=delivery_id,
            kind="calendar",
            sender=told.sender,
            sender_name=told.sender_name,
            subject=told.subject,
            text=reply.comment[:2000],
            sent_to=sent_to[:254],
            reply=msgspec.json.encode(_plain(reply)).decode(),
            trust=trust(reply=reply, by_token=by_token, told=told, authserv_id=desk.authserv_id),
            state="waiting",
            received_at=now,
        )
        await row.save()
        await _apply(row, reply, desk, now)


async def take_waiting(*, desk: Reception, now: datetime) -> int:
    """Apply what was written down by a release that could not apply it yet; returns how many."""
    rows = await Answer.select(Answer.id).where(Answer.state == "waiting").order_by(Answer.id)
    for one in rows:
        async with transaction():
            row = await Answer.objects().where(Answer.id == one["id"], Answer.state == "waiting").lock_rows("UPDATE").first()
            if row is not None:
                await _apply(row, reply_of(row), desk, now)
    return len(rows)


async def handle(*, cluster_id: int, answer_id: int, actor_id: int, now: datetime) -> None:
    """A coordinator has dealt with a proposal; raises Stale when there is nothing to deal with."""
    async with transaction():
        done = (
            await Answer.update({Answer.state: "handled"})
            .where(Answer.cluster_id == cluster_id, Answer.id == answer_id, Answer.state == "open")
            .returning(Answer.id)
        )
        if not done:
            raise Stale("Somebody has dealt with this already.")
        await trail.record(
            action="proposal.handled",
            subject_kind="returned_answer",
            subject_id=answer_id,
            cluster_id=cluster_id,
            actor_id=actor_id,
            now=now,
        )


async def proposals(*, cluster_id: int, event_id: int) -> dict[int, int]:
    """Open proposals of another time for an event: registration → the newest answer's id."""
    rows = (
        await Answer.select(Answer.id, Answer.registration_id)
        .where(Answer.cluster_id == cluster_id, Answer.state == "open", Answer.registration_id.event_id == event_id)
        .order_by(Answer.id)
    )
    return {row["registration_id"]: row["id"] for row in rows}


def reply_of(row: Answer) -> Reply:
    """The calendar's answer that a row keeps."""
    kept = msgspec.json.decode(row.reply)
    values = {name: kept[name] for name in (field.name for field in fields(Reply)) if name in kept}
    proposed = values.get("proposed")
    return Reply(
        **{
            **values,
            "answer": replies.Answer(values["answer"]),
            "stamped_at": datetime.fromisoformat(values["stamped_at"]),
            "day": _when(values.get("day")),
            "proposed": (_when(proposed[0]), _when(proposed[1])) if proposed else None,
        }
    )


async def _apply(row: Answer, reply: Reply, desk: Reception, now: datetime) -> None:
    cluster = await directory.by_id(cluster_id=row.cluster_id)
    office = Office(cluster, desk.links, desk.mail_domain)
    taken = await events.take(reply=reply, trust=row.trust, sent_to=row.sent_to, office=office, now=now)
    state = "kept" if taken.why else "open" if reply.method == "COUNTER" else "taken"
    if state == "open" and taken.registration_id is not None:
        await _pass_on(row, reply, cluster=cluster, registration_id=taken.registration_id, desk=desk, now=now)
    values: dict[Any, Any] = {Answer.state: state, Answer.reason: taken.why or "", Answer.registration_id: taken.registration_id}
    await Answer.update(values).where(Answer.id == row.id)
    if taken.why is None:  # whoever answers a letter has got it
        await reports.revived(
            cluster_id=row.cluster_id, address=reply.attendee, how="a calendar answered an invitation sent there", now=now
        )


async def _pass_on(row: Answer, reply: Reply, *, cluster: Cluster, registration_id: int, desk: Reception, now: datetime) -> None:
    """A proposal is written to the cluster as a person's answer is: whoever made it waits for a word."""
    _, registrant = await registrants.by_id(registration_id=registration_id)
    event = await programme.by_id(cluster_id=cluster.id, event_id=registrant.event_id)
    title = choice.pick(event.title, cluster.languages[0], cluster.languages)
    proposed = proposed_time(reply, Dates(cluster.languages[0], event.zone))
    await answers.propose(row=row, cluster=cluster, event=title, proposed=proposed, reception=desk, now=now)


def proposed_time(reply: Reply, dates: Dates) -> str:
    """The other time in words, on the event's clock, which is also meant where a program names no zone; empty where none is proposed."""
    if reply.proposed is None:
        return ""
    start, end = reply.proposed
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return dates.day(start)
    start, end = (one if one.tzinfo else one.replace(tzinfo=ZoneInfo(dates.zone)) for one in (start, end))
    return dates.span(start.astimezone(UTC), end.astimezone(UTC))


def trust(*, reply: Reply, by_token: bool, told: Told, authserv_id: str) -> str:
    """`token`, `dmarc`, or empty when nothing speaks for it.

    DMARC speaks for a domain that a million people may share, so the author must be the attendee; their own server saw to that when it let them send.
    """
    if by_token:
        return "token"
    is_own = bool(told.author) and weighing.is_same(told.author, reply.attendee)
    passed = is_own and authserv_id and authenticated.passes(results=told.results, authserv_id=authserv_id, address=reply.attendee)
    return "dmarc" if passed else ""


def _readable(objects: tuple[bytes, ...]) -> list[Reply]:
    found: list[Reply] = []
    why: replies.Unreadable | None = None
    for one in objects:
        try:
            found += [reply for reply in replies.read(one) if reply not in found]
        except replies.Unreadable as error:
            why = error
    if not found and why is not None:
        raise why
    return found


def _plain(reply: Reply) -> dict[str, Any]:
    return {field.name: getattr(reply, field.name) for field in fields(reply)}


def _when(text: str | None) -> date | None:
    """A date or a moment as JSON keeps it."""
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
