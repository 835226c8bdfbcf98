"""What calendars answer: read, weighed for trust, written down, and handed to the events.

An answer is believed for the token in the address it came to, or for our own mail server's word that DMARC passed for the attendee's domain (RFC 8601).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from service.calendars import replies
from service.calendars.replies import Reply
from service.returns.tables import Answer
from service.returns.telling import Told


async def take(
    *, told: Told, cluster_id: int, delivery_id: int | None, sent_to: str, by_token: bool, authserv_id: str, now: datetime
) -> None:
    """Write each answer down; raises replies.Unreadable when there is none among the calendar objects."""
    for reply in _readable(told.calendars):
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
            trust=trust(reply=reply, by_token=by_token, results=told.results, authserv_id=authserv_id),
            state="waiting",
            received_at=now,
        )
        await row.save()


def trust(*, reply: Reply, by_token: bool, results: tuple[str, ...], authserv_id: str) -> str:
    """`token`, `dmarc`, or empty when nothing speaks for it."""
    if by_token:
        return "token"
    return "dmarc" if authserv_id and any(_passes(one, authserv_id, reply.attendee) for one in results) else ""


def _passes(result: str, authserv_id: str, attendee: str) -> bool:
    """One Authentication-Results field: of our own server, with a DMARC pass for the attendee's domain."""
    if result.partition(";")[0].split()[:1] != [authserv_id]:
        return False
    domain = re.escape(attendee.rpartition("@")[2].lower())
    return bool(re.search(rf";\s*dmarc=pass\b[^;]*\bheader\.from=\"?(?:[^\s;\"@]*@)?{domain}(?![\w.-])", result.lower()))


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
    return {field: getattr(reply, field) for field in Reply.__dataclass_fields__}
