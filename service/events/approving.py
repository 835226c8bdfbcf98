"""Approving: a coordinator says yes or no to requests, one or several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.audit import trail
from service.errors import Refused
from service.events import access, programme, registrants, settling
from service.events.capacity import Standing
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.persistence.engine import connection
from service.persistence.transaction import transaction

_LONGEST_WORDS = 2000
_UNDECIDED = (Standing.PENDING, Standing.DECLINED)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did: how many have a seat now, how many wait in line for one, how many were declined."""

    seated: int = 0
    waiting: int = 0
    declined: int = 0


async def accept(
    *, office: Office, event_id: int, registration_ids: Sequence[int], words: str = "", now: datetime, actor_id: int | None = None
) -> Decided:
    """Say yes: in the order in which they asked, each gets a seat, or a place in line when all are taken.

    `words`: Markdown from the coordinator for the letter, may be empty. Requests that are decided already stay as they are; a declined one can still
    be accepted. Raises Refused when it is too late or none of the requests is there.
    """
    async with transaction():
        event = await _open(office, event_id, now)
        asked = await _decide(event, registration_ids, _UNDECIDED, words, now)
        notices = Notices(office, event, now)
        for one in asked:
            if await access.can_vouch(event=event, address=one.address, now=now):
                await _vouch(one.id)
        waiting = await settling.settle(
            office=office,
            event=event,
            registration_ids=[one.id for one in asked],
            welcome=lambda seated: notices.approved(seated, words=words.strip()),
            now=now,
        )
        await _note("accepted", office, asked, actor_id, now)
    return Decided(seated=len(asked) - waiting, waiting=waiting)


async def decline(
    *, office: Office, event_id: int, registration_ids: Sequence[int], words: str = "", now: datetime, actor_id: int | None = None
) -> Decided:
    """Say no, with a letter; raises Refused as `accept` does."""
    async with transaction():
        event = await _open(office, event_id, now)
        asked = await _decide(event, registration_ids, (Standing.PENDING,), words, now)
        async with connection() as raw:
            ids = [one.id for one in asked]
            await raw.execute("UPDATE registration SET state = 'declined', waits_for = '' WHERE id = ANY ($1)", ids)
        await Notices(office, event, now).declined(asked, words=words.strip())
        await _note("declined", office, asked, actor_id, now)
    return Decided(declined=len(asked))


async def _open(office: Office, event_id: int, now: datetime) -> Occasion:
    event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
    if not event.goes_on or event.is_over(now):
        raise Refused("This event is over or called off, so there is nothing to decide any more.")
    return event


async def _decide(
    event: Occasion, registration_ids: Sequence[int], states: Sequence[Standing], words: str, now: datetime
) -> list[Registrant]:
    if len(words.strip()) > _LONGEST_WORDS:
        raise Refused("Write at most {longest} characters.", field="words", longest=_LONGEST_WORDS)
    async with connection() as raw:
        rows = await raw.fetch(_DECIDE, event.id, list(registration_ids), [state.value for state in states], now, words.strip())
    asked = sorted((registrants.read(row[0]) for row in rows), key=lambda one: one.position)
    if not asked:
        raise Refused("Choose at least one request that is not decided yet.", field="registration")
    return asked


async def _vouch(registration_id: int) -> None:
    async with connection() as raw:
        await raw.execute("UPDATE registration SET is_vouched = true WHERE id = $1", registration_id)


async def _note(what: str, office: Office, asked: Sequence[Registrant], actor_id: int | None, now: datetime) -> None:
    for one in asked:
        await trail.record(
            action=f"registration.{what}",
            subject_kind="registration",
            subject_id=one.id,
            cluster_id=office.cluster.id,
            actor_id=actor_id,
            now=now,
            details={"event": one.event_id},
        )


_DECIDE = """
UPDATE registration AS r SET decided_at = $4, decision_words = $5 WHERE event_id = $1 AND id = ANY ($2) AND state = ANY ($3)
RETURNING to_jsonb(r)::text
"""
