"""Post letters: one dispatch, written inside the caller's transaction, so that a mail leaves if and only if its reason was committed."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from service.clusters.tables import Cluster
from service.letters.letter import Letter
from service.persistence.engine import connection
from service.persistence.transaction import nudge_after_commit, required


class Kind(StrEnum):
    """Service mail is about something the person did; leaving the news never silences it. News is everything else."""

    SERVICE = "service"
    NEWS = "news"

    __hash__ = str.__hash__  # an enum's own is written in Python, and each copy looks things up by its kind

    @property
    def priority(self) -> int:
        """The usual priority: a confirmation overtakes a newsletter in flight."""
        return 10 if self is Kind.SERVICE else 0


AWAITED = 5
"""The priority of news that one person waits for, such as a test letter: before all other news, in quiet hours too, and not held by a warm-up."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: who gets it, in which language, with which values in its slots.

    `address` is normalised already (`people.addresses`). Delivery itself fills `name`, `unsubscribe_url` and `preferences_url`.
    """

    address: str
    language: str
    person_id: int | None = None
    name: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)


async def post(
    *,
    cluster: Cluster,
    kind: Kind,
    letters: Sequence[Letter],
    copies: Sequence[Copy],
    about: str,
    list_id: str | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    priority: int | None = None,
    reply_to: str | None = None,
    now: datetime,
) -> int:
    """Write a dispatch and return its id; needs an open transaction, and nudges the worker after the commit.

    `about` says what it belongs to, e.g. `registration:12`. `reply_to`: where answers go instead of the usual address. Raises ValueError when a
    copy's language has no letter, when a value for one of the letter's slots is missing, or when there are no copies.
    """
    required()
    _check(letters, copies)
    due_at = due_at or now
    opened = _dispatch_columns(cluster, kind, about, list_id, priority, reply_to, len(copies), now)
    letter_columns = (list(column) for column in zip(*map(_letter_columns, letters), strict=True))
    async with connection() as raw:
        dispatch_id: int = await raw.fetchval(_POST, *opened, *letter_columns, *_copy_columns(copies), due_at, expires_at)
    nudge_after_commit("carry", delay=max(0.0, (due_at - now).total_seconds()))
    return dispatch_id


async def open_dispatch(
    *,
    cluster: Cluster,
    kind: Kind,
    about: str,
    list_id: str | None,
    priority: int | None,
    candidates: int,
    reply_to: str | None = None,
    now: datetime,
) -> int:
    """The dispatch's row, with sender and Reply-To as they are now; returns its id."""
    async with connection() as raw:
        found: int = await raw.fetchval(_DISPATCH, *_dispatch_columns(cluster, kind, about, list_id, priority, reply_to, candidates, now))
    return found


async def add_letters(*, dispatch_id: int, letters: Sequence[Letter]) -> dict[str, int]:
    """Write the letters of a dispatch; returns language → letter id."""
    async with connection() as raw:
        return {one.language: await raw.fetchval(_LETTER, dispatch_id, *_letter_columns(one)) for one in letters}


def _dispatch_columns(  # noqa: PLR0917  # the columns in their order
    cluster: Cluster,
    kind: Kind,
    about: str,
    list_id: str | None,
    priority: int | None,
    reply_to: str | None,
    candidates: int,
    now: datetime,
) -> tuple[Any, ...]:
    return (
        cluster.id,
        kind.value,
        about,
        list_id,
        kind.priority if priority is None else priority,
        cluster.sender_name,
        cluster.sender_address,
        reply_to or (cluster.contact_address if kind is Kind.NEWS else None),
        candidates,
        now,
    )


def _letter_columns(one: Letter) -> tuple[Any, ...]:
    return one.language, one.subject, one.preheader, one.text, one.html, one.calendar, one.method, _attachments(one)


def _copy_columns(copies: Sequence[Copy]) -> tuple[list[Any], ...]:
    return (
        [copy.language for copy in copies],
        [copy.person_id for copy in copies],
        [copy.address for copy in copies],
        [copy.name for copy in copies],
        [msgspec.json.encode(dict(copy.slots)).decode() if copy.slots else None for copy in copies],
    )


OWN_SLOTS = frozenset({"greeting", "name", "unsubscribe_url", "preferences_url"})
"""What delivery fills itself."""


def _check(letters: Sequence[Letter], copies: Sequence[Copy]) -> None:
    if not copies:
        raise ValueError("a dispatch needs at least one copy")
    needed = {one.language: one.slots - OWN_SLOTS for one in letters}
    for copy in copies:
        if copy.language not in needed:
            raise ValueError(f"no letter in {copy.language!r}")
        if missing := needed[copy.language] - copy.slots.keys():
            raise ValueError(f"no value for {', '.join(sorted(missing))}")


def _attachments(letter: Letter) -> str:
    return msgspec.json.encode(
        [
            {"filename": one.filename, "media_type": one.media_type, "content": base64.b64encode(one.content).decode()}
            for one in letter.attachments
        ]
    ).decode()


_DISPATCH = """
INSERT INTO dispatch (cluster_id, kind, about, list_id, priority, sender_name, sender_address, reply_to, candidates, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
"""

_LETTER = """
INSERT INTO letter (dispatch_id, language, subject, preheader, text, html, calendar, method, attachments)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
"""

# One statement, because people wait while an event's row is locked.
_POST = """
WITH opened AS (
    INSERT INTO dispatch (cluster_id, kind, about, list_id, priority, sender_name, sender_address, reply_to, candidates, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
), said AS (
    INSERT INTO letter (dispatch_id, language, subject, preheader, text, html, calendar, method, attachments)
    SELECT opened.id, new.language, subject, preheader, text, html, calendar, method, attachments::jsonb
    FROM opened, unnest($11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bytea[], $17::text[], $18::text[])
        AS new (language, subject, preheader, text, html, calendar, method, attachments)
    RETURNING id, language
), copied AS (
    INSERT INTO delivery (dispatch_id, letter_id, person_id, address, name, slots, due_at, expires_at, state, reason, settled_at)
    SELECT opened.id, said.id, person_id, address, name, slots::jsonb, $24::timestamptz, $25::timestamptz,
        CASE WHEN $25 <= $24 THEN 'expired' ELSE 'queued' END, CASE WHEN $25 <= $24 THEN 'too late' ELSE '' END, CASE WHEN $25 <= $24 THEN $24 END
    FROM opened, unnest($19::text[], $20::bigint[], $21::text[], $22::text[], $23::text[])
        WITH ORDINALITY AS copy (language, person_id, address, name, slots, number) JOIN said ON said.language = copy.language
    ORDER BY number
)
SELECT id FROM opened
"""
