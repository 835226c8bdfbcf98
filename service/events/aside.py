"""Aside: files that were chosen in a form which came back for another reason, kept for an hour so that nobody has to choose them again.

They belong to a question and to nobody's registration; nothing hands them out. A form that is taken copies them to its answers. How many a network may
leave here in an hour, and how much lies here at all, is bounded: above that a form asks for its files again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from service.errors import TooMany
from service.events.uploads import Upload
from service.persistence import throttle
from service.persistence.engine import connection

KEPT = timedelta(hours=1)
MOST_OF_A_NETWORK = 60
"""Files in an hour."""
MOST_BYTES = 512 * 1024 * 1024
"""Of all."""

_FILLING = timedelta(minutes=15)
"""What was found may still be on its way to the answers when its hour is over."""


async def put(*, question_id: int, upload: Upload, network: str, now: datetime) -> int | None:
    """Keep a file that was found good (`uploads.refuse_bad`); returns its id, None where too much is kept already."""
    try:
        await throttle.count(what="file-aside", who=network, limit=MOST_OF_A_NETWORK, now=now)
    except TooMany:
        return None
    async with connection() as raw:
        found: int | None = await raw.fetchval(_PUT, question_id, upload.name, upload.content, now, MOST_BYTES)
    return found


async def again(*, aside_id: int, now: datetime) -> None:
    """The form came back once more: another hour."""
    async with connection() as raw:
        await raw.execute("UPDATE file_aside SET kept_at = $2 WHERE id = $1", aside_id, now)


async def find(*, aside_id: int, question_id: int, now: datetime) -> Upload | None:
    """The file, its content left where it lies; None when it is gone or was chosen for another question."""
    sql = "SELECT name FROM file_aside WHERE id = $1 AND question_id = $2 AND kept_at > $3"
    async with connection() as raw:
        name = await raw.fetchval(sql, aside_id, question_id, now - KEPT)
    return Upload(name, b"", aside_id) if name is not None else None


async def forget(*, now: datetime) -> None:
    """Delete what was kept for its hour."""
    async with connection() as raw:
        await raw.execute("DELETE FROM file_aside WHERE kept_at <= $1", now - KEPT - _FILLING)


_PUT = """
INSERT INTO file_aside (question_id, name, content, kept_at)
SELECT $1, $2::varchar, $3::bytea, $4 WHERE (SELECT coalesce(sum(octet_length(content)), 0) FROM file_aside) + octet_length($3::bytea) <= $5
RETURNING id
"""
