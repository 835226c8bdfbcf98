"""Answered: what registrants said to the questions of an event, in the words of that day, and the files they gave."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from service.errors import NotFound
from service.events import asking
from service.events.asking import Given, Question
from service.persistence.engine import connection
from service.persistence.transaction import required


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer as it is read. Fields as in `tables.QuestionAnswer`; `is_file`: there is a content."""

    id: int
    registration_id: int
    question_id: int
    given: tuple[str, ...]
    asked: str
    said: str
    is_file: bool


async def store(*, registration_id: int, answers: Sequence[Given], now: datetime, kept: Collection[int] = ()) -> None:
    """Write the answers of one registration over those from before. What is not among them is no longer answered, unless its question is asked no more.

    `kept`: questions whose file from before stays.
    """
    required()
    files = [answer.question_id for answer in answers if answer.upload]
    async with connection() as raw:
        await raw.execute(_FORGET, registration_id, [*kept, *(answer.question_id for answer in answers)])
        await raw.execute(
            "DELETE FROM question_file f USING question_answer a WHERE a.id = f.answer_id AND registration_id = $1 AND question_id = ANY ($2)",
            registration_id,
            files,
        )
        for answer in answers:
            answer_id = await raw.fetchval(_STORE, registration_id, answer.question_id, list(answer.given), answer.asked, answer.said, now)
            if answer.upload:
                await raw.execute(_FILE_OF, answer_id, answer.upload.media_type, answer.upload.content, answer.upload.aside_id)


async def of_registration(*, registration_id: int) -> list[Answer]:
    """Everything that one registrant answered, in the order of the questions."""
    return await _many("a.registration_id = $1", registration_id)


async def of_event(*, event_id: int, of: Sequence[int] | None = None) -> dict[int, dict[int, Answer]]:
    """All answers of an event: registration id → question id → answer. `of`: only those of these registrations."""
    found: dict[int, dict[int, Answer]] = {}
    for answer in await _many("q.event_id = $1 AND ($2::bigint[] IS NULL OR a.registration_id = ANY ($2))", event_id, of):
        found.setdefault(answer.registration_id, {})[answer.question_id] = answer
    return found


async def file(*, event_id: int, registration_id: int, answer_id: int) -> tuple[str, bytes, str]:
    """Name, content and media type of a file that was given; raises NotFound."""
    async with connection() as raw:
        row = await raw.fetchrow(_FILE, event_id, registration_id, answer_id)
    if row is None:
        raise NotFound("This file is not there any more.")
    return row["said"], row["content"], row["media_type"]


async def forget(*, registration_id: int) -> None:
    """Delete everything that one registrant answered."""
    async with connection() as raw:
        await raw.execute("DELETE FROM question_answer WHERE registration_id = $1", registration_id)


def in_words(answer: Answer, question: Question, *, language: str, order: Sequence[str]) -> str:
    """The answer for somebody who reads `language` ★: the options' words of today, or as it was said."""
    return asking.said(question, answer.given, language=language, order=order, otherwise=answer.said)


async def _many(where: str, *values: int | Sequence[int] | None) -> list[Answer]:
    async with connection() as raw:
        rows = await raw.fetch(_SELECT.format(where=where), *values)
    return [msgspec.json.decode(row[0], type=Answer) for row in rows]


_SELECT = """
SELECT (to_jsonb(a) || jsonb_build_object('is_file', EXISTS (SELECT FROM question_file f WHERE f.answer_id = a.id)))::text
FROM question_answer a JOIN question q ON q.id = a.question_id WHERE {where} ORDER BY q.removed_at IS NOT NULL, q.position, a.id
"""

_FORGET = """
DELETE FROM question_answer a USING question q WHERE q.id = a.question_id AND a.registration_id = $1 AND q.removed_at IS NULL
AND a.question_id <> ALL ($2)
"""

_STORE = """
INSERT INTO question_answer (registration_id, question_id, given, asked, said, answered_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (registration_id, question_id) DO UPDATE SET
    given = excluded.given, asked = excluded.asked, said = excluded.said, answered_at = excluded.answered_at
RETURNING id
"""

_FILE_OF = """
INSERT INTO question_file (answer_id, media_type, content) VALUES ($1, $2, coalesce((SELECT content FROM file_aside WHERE id = $4), $3))
"""

_FILE = """
SELECT a.said, f.content, f.media_type FROM question_file f JOIN question_answer a ON a.id = f.answer_id JOIN question q ON q.id = a.question_id
WHERE q.event_id = $1 AND a.registration_id = $2 AND a.id = $3
"""
