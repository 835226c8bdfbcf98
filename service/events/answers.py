"""Answers: what attendees' calendars say about their invitations, applied, and what follows from it.

A place is never given back by a calendar alone: whoever declines is asked by letter, and the button on the page behind its link does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.calendars.replies import Answer, Reply
from service.delivery import control
from service.events import invited, programme, registrants, weighing
from service.events.invited import Invited
from service.events.notices import Notices
from service.events.office import Office
from service.events.weighing import Ignored, Known, Said
from service.persistence.engine import connection
from service.persistence.transaction import required

QUESTION = "calendar_declined"
"""The letter that asks whether the place is given back."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an answer: whose it is, as far as that is known, and why it was ignored, if it was."""

    registration_id: int | None = None
    why: Ignored | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a registrant's calendar said. `day` None: to the whole entry; `is_old`: to a version that has been changed since."""

    day: date | None
    answer: Answer
    is_old: bool


async def take(*, reply: Reply, trust: str, sent_to: str, office: Office, now: datetime) -> Taken:
    """Apply an answer inside the caller's transaction, under the lock of its event. `sent_to`: the address it came to.

    A COUNTER is weighed in the same way and changes nothing: it is for the coordinator.
    """
    required()
    found = await invited.by_organizer(address=sent_to) or await invited.by_uid(uid=reply.uid)
    if found is None or found.cluster_id != office.cluster.id:
        return Taken(why=weighing.ignored(reply, trust=trust, known=None))
    event = await programme.locked(cluster_id=office.cluster.id, event_id=found.event_id)
    known = await invited.known(invited=found, event=event, now=now)
    why = weighing.ignored(reply, trust=trust, known=known)
    if why is None and reply.method == "REPLY":
        await _apply(found, weighing.said(reply, known), now)
        await _follow(found, weighing.said(reply, known), known, Notices(office, event, now))
    return Taken(found.registration_id if trust else None, why)


async def of_event(*, event_id: int) -> dict[int, list[Answered]]:
    """What stands answered, by registration: the whole before its days."""
    async with connection() as raw:
        rows = await raw.fetch(_OF_EVENT, event_id)
    found: dict[int, list[Answered]] = {}
    for row in rows:
        found.setdefault(row["registration_id"], []).append(Answered(row["day"], Answer(row["answer"]), row["is_old"]))
    return found


async def is_declined(*, registration_id: int, now: datetime) -> bool:
    """Whether everything ahead that stands in this registrant's calendar was declined as it is now."""
    async with connection() as raw:
        return bool(await raw.fetchval(_IS_DECLINED, registration_id, now))


async def _apply(found: Invited, said: Said, now: datetime) -> None:
    """The last answer to the whole makes earlier ones to single days void."""
    async with connection() as raw:
        if said.day is None:
            await raw.execute(
                "DELETE FROM calendar_answer WHERE invitation_id = $1 AND day IS NOT NULL AND stamped_at < $2",
                found.invitation_id,
                said.stamped_at,
            )
        await raw.execute(_APPLY, found.invitation_id, said.day, said.answer.value, said.sequence, _stamp(said, now), now)


def _stamp(said: Said, now: datetime) -> datetime:
    """Clocks are minutes or a zone apart; one that is further ahead would silence all later answers."""
    return said.stamped_at if said.stamped_at <= now + timedelta(hours=12) else now


async def _follow(found: Invited, said: Said, known: Known, notices: Notices) -> None:
    """Ask once when the last entry is declined; a question that still waits is taken back when the person comes after all."""
    if said.day is not None or not weighing.is_news(said, known):
        return
    registrant = await registrants.in_event(event_id=found.event_id, registration_id=found.registration_id)
    question = {"declined": f"registration:{found.registration_id}"}
    if said.answer is not Answer.DECLINED:
        await control.overtake(person_ids=[registrant.person_id], slot="declined", values=list(question.values()), now=notices.now)
    elif await is_declined(registration_id=found.registration_id, now=notices.now):
        link = notices.office.links.registration(registration_id=found.registration_id)
        await notices.tell(QUESTION, [registrant], slots={"cancel_url": f"{link}/cancel?declined", **question})


_APPLY = """
INSERT INTO calendar_answer (invitation_id, day, answer, sequence, stamped_at, answered_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (invitation_id, day) DO UPDATE
SET answer = EXCLUDED.answer, sequence = EXCLUDED.sequence, stamped_at = EXCLUDED.stamped_at, answered_at = EXCLUDED.answered_at
"""

_OF_EVENT = """
SELECT i.registration_id, a.day, a.answer, a.sequence < i.sequence AS is_old
FROM calendar_answer a JOIN invitation i ON i.id = a.invitation_id JOIN registration r ON r.id = i.registration_id
WHERE r.event_id = $1 AND i.state = 'sent' ORDER BY a.day NULLS FIRST, a.id
"""

_IS_DECLINED = """
SELECT count(*) > 0 AND bool_and(EXISTS (
    SELECT FROM calendar_answer a WHERE a.invitation_id = i.id AND a.day IS NULL AND a.answer = 'DECLINED' AND a.sequence = i.sequence
)) FROM invitation i
WHERE i.registration_id = $1 AND i.state = 'sent' AND EXISTS (SELECT FROM event_day d WHERE d.entry_id = i.entry_id AND d.ends_at > $2)
"""
