"""What people answer: written down for the console and passed on to the cluster's contact, but never in a circle.

Not passed on: what a program wrote, what has been here before (our signed Message-ID, X-Loop, too many hops), what comes from our own addresses, and more than a
person writes in a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from service.clusters import directory
from service.clusters.tables import Cluster
from service.delivery import outbox
from service.errors import Refused
from service.languages.catalogues import marked
from service.letters import brand, render, slots
from service.letters.letter import Attachment
from service.people import addresses
from service.persistence.engine import connection
from service.returns.reception import Reception
from service.returns.tables import Answer
from service.returns.telling import Kind, Told

OF_A_SENDER = 10
OF_A_CLUSTER = 300
"""Answers that are passed on in 24 hours."""

WHY_KEPT = {
    "program": marked("A program wrote it"),
    "loop": marked("It had been here before"),
    "own": marked("It came from one of our own addresses"),
    "many": marked("Too many came in one day"),
    "address": marked("Its sender has no address to answer to"),
    "circle": marked("The contact address is read here as well"),
}
_MOST_HOPS = 25
_LARGEST_ENCLOSED = 5 * 1024 * 1024


async def take(
    *, told: Told, cluster_id: int, delivery_id: int | None, sent_to: str, content: bytes, reception: Reception, now: datetime
) -> None:
    """Write the answer down, and pass it on where that is safe."""
    cluster = await directory.by_id(cluster_id=cluster_id)
    reason = await _why_kept(told, cluster, sent_to, reception, now)
    row = Answer(
        cluster_id=cluster.id,
        delivery_id=delivery_id,
        kind="automatic" if told.kind is Kind.AUTOMATIC else "answer",
        sender=told.sender,
        sender_name=told.sender_name,
        subject=told.subject,
        text=told.text,
        files=msgspec.json.encode(told.files).decode(),
        sent_to=sent_to[:254],
        state="kept" if reason else "forwarded",
        reason=reason,
        received_at=now,
    )
    await row.save()
    if not reason:
        await _pass_on(row, cluster, files=told.files, content=content, reception=reception, now=now)


async def propose(*, row: Answer, cluster: Cluster, event: str, proposed: str, reception: Reception, now: datetime) -> None:
    """Tell the cluster's contact that a calendar proposes another time for `event`, in words; not when it is their own, or too many came in a day."""
    if _from_ourselves(row.sender, cluster, reception) or _answerable(row.sender) is None or await _too_many(row.sender, cluster, now):
        return
    await _pass_on(row, cluster, event=event, proposed=proposed, reception=reception, now=now)


async def _why_kept(told: Told, cluster: Cluster, sent_to: str, reception: Reception, now: datetime) -> str:
    """A key of `WHY_KEPT`; empty when it goes on."""
    if told.kind is Kind.AUTOMATIC:
        return "program"
    if told.hops > _MOST_HOPS or reception.mail_domain in told.loop.lower() or _is_ours(told.message_id, reception):
        return "loop"
    if _from_ourselves(told.sender, cluster, reception):
        return "own"
    if _answerable(told.sender) is None:
        return "address"
    if sent_to.lower() == cluster.contact_address.lower():
        return "circle"
    return "many" if await _too_many(told.sender, cluster, now) else ""


def _is_ours(message_id: str, reception: Reception) -> bool:
    """Whether a message is one that we sent: its Message-ID begins with a signed name."""
    return reception.returns.read(message_id.strip("<").partition(".")[0]) is not None


def _from_ourselves(sender: str, cluster: Cluster, reception: Reception) -> bool:
    own = (cluster.sender_address.lower(), cluster.contact_address.lower())
    return sender.lower() in own or sender.lower().rpartition("@")[2] == reception.mail_domain.lower()


def _answerable(sender: str) -> str | None:
    try:
        return addresses.normalise(sender)
    except Refused:
        return None


async def _too_many(sender: str, cluster: Cluster, now: datetime) -> bool:
    async with connection() as raw:
        row = await raw.fetchrow(_PASSED_ON, cluster.id, sender, now - timedelta(days=1))
    assert row is not None, "counts"
    return bool(row["of_sender"] >= OF_A_SENDER or row["of_cluster"] >= OF_A_CLUSTER)


async def _pass_on(
    row: Answer,
    cluster: Cluster,
    *,
    files: Sequence[str] = (),
    content: bytes = b"",
    event: str = "",
    proposed: str = "",
    reception: Reception,
    now: datetime,
) -> None:
    """By the road out, as a letter of ours: the sender's own would fail their domain's DMARC. An answer to it goes to them."""
    language = cluster.languages[0]
    enclosed = bool(files) and len(content) <= _LARGEST_ENCLOSED
    letter = await render.letter(
        template="answer_forwarded",
        language=language,
        brand=brand.of(cluster=cluster, links=reception.links, language=language),
        values={
            "sender": row.sender,
            "sender_name": slots.silent(row.sender_name),
            "about": slots.silent(row.subject),
            "lines": slots.silent(row.text).splitlines(),
            "files": [slots.silent(name) for name in files],
            "event": event,
            "proposed": proposed,
            "enclosed": enclosed,
            "url": reception.links.answer(cluster=cluster.slug, answer_id=row.id),
        },
        attachments=(Attachment("answer.eml", "application/octet-stream", content),) if enclosed else (),
    )
    copy = outbox.Copy(cluster.contact_address, language)
    await outbox.post(
        cluster=cluster,
        kind=outbox.Kind.SERVICE,
        letters=[letter],
        copies=[copy],
        about=f"answer:{row.id}",
        reply_to=_answerable(row.sender),
        now=now,
    )


_PASSED_ON = """
SELECT count(*) FILTER (WHERE lower(sender) = lower($2)) AS of_sender, count(*) AS of_cluster
FROM returned_answer WHERE cluster_id = $1 AND received_at > $3 AND state IN ('forwarded', 'open', 'handled')
"""
