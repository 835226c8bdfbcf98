"""The numbered archive of each topic: what was sent, readable online by everybody when the office says so.

A number is given when a mailing starts and is never given again, so that "No 12" in somebody's inbox is No 12 for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.errors import NotFound
from service.letters import greeting, slots
from service.persistence.engine import connection

_LISTED = """
SELECT mailing.number, mailing.started_at AS at, topic.slug AS topic, topic.name AS topic_name, letter.subject, letter.language
FROM mailing JOIN topic ON topic.id = mailing.topic_id
JOIN LATERAL (
    SELECT subject, language FROM letter WHERE letter.dispatch_id = mailing.dispatch_id
    ORDER BY language = $2 DESC, array_position($3::text[], language::text), language LIMIT 1
) AS letter ON true
WHERE mailing.cluster_id = $1 AND mailing.is_public AND mailing.state IN ('sending', 'paused', 'sent')
ORDER BY mailing.started_at DESC, mailing.id DESC LIMIT $4 OFFSET $5
"""

_ISSUE = """
SELECT letter.language, letter.subject, letter.html, mailing.started_at AS at
FROM mailing JOIN topic ON topic.id = mailing.topic_id JOIN letter ON letter.dispatch_id = mailing.dispatch_id
WHERE mailing.cluster_id = $1 AND mailing.is_public AND topic.slug = $2 AND mailing.number = $3
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the archive. `language`: the edition that `subject` is from."""

    number: int
    at: datetime
    topic: str
    topic_name: str
    subject: str
    language: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A newsletter as everybody may read it: the letter of one language, with nobody's values in it."""

    number: int
    at: datetime
    language: str
    languages: tuple[str, ...]
    subject: str
    html: str


async def next_number(*, topic_id: int) -> int:
    """The number that the topic's next mailing gets."""
    async with connection() as raw:
        found: int = await raw.fetchval("SELECT coalesce(max(number), 0) + 1 FROM mailing WHERE topic_id = $1", topic_id)
    return found


async def listed(*, cluster_id: int, language: str, order: list[str], limit: int = 30, offset: int = 0) -> list[Entry]:
    """What was sent, newest first, told in `language` where there is that edition, else in the first of `order`."""
    async with connection() as raw:
        rows = await raw.fetch(_LISTED, cluster_id, language, order, limit, offset)
    return [Entry(**{**row, "subject": _without_names(row["subject"], row["language"])}) for row in rows]


async def issue(*, cluster_id: int, topic: str, number: int, language: str, home_url: str) -> Issue:
    """One newsletter in `language` or, where there is no such edition, in another; raises NotFound.

    `home_url` stands where a copy has its own links to leave and to choose.
    """
    async with connection() as raw:
        rows = await raw.fetch(_ISSUE, cluster_id, topic, number)
    if not rows:
        raise NotFound("There is no such newsletter in the archive.")
    row = next((one for one in rows if one["language"] == language), rows[0])
    return Issue(
        number=number,
        at=row["at"],
        language=row["language"],
        languages=tuple(one["language"] for one in rows),
        subject=_without_names(row["subject"], row["language"]),
        html=slots.fill(row["html"], nobody(row["language"], home_url), "html"),
    )


def nobody(language: str, home_url: str) -> dict[str, str]:
    """Values of the slots for a reader we do not know."""
    return {"name": "", "greeting": greeting.of(name="", language=language), "unsubscribe_url": home_url, "preferences_url": home_url}


def _without_names(subject: str, language: str) -> str:
    return slots.fill(subject, nobody(language, ""), "header")
