"""Letters by the clock: reminders, the link for joining online, thank-yous. They follow the dates, because nothing but the dates is kept.

Each goes out once: under the lock of the event's row the registration is marked with the letter's key, and only what could be marked is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
import structlog

from service.clusters import directory
from service.events import due, materials, overtaking, programme, registrants
from service.events.capacity import Standing
from service.events.due import Calendar, Entry, Sending
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.plan import Plan
from service.events.registrants import Registrant
from service.letters.links import Links
from service.persistence.engine import connection
from service.persistence.transaction import transaction

log = structlog.get_logger()

AFTER_CONFIRMATIONS = 5
"""The priority of these letters: a confirmation overtakes them."""

_SENDING = "sending"
"""The slot with the letter's key, by which it is found again."""

_AHEAD = timedelta(days=62)
_BEHIND = timedelta(days=70)


async def tick(*, links: Links, mail_domain: str, now: datetime) -> int:
    """Send what is due; returns how many letters. Any number of workers may tick at once."""
    sent = 0
    for calendar in await _calendars(now):
        for sending in due.sendings(calendar, now):
            if await lacking(event_id=calendar.id, sending=sending):  # asked before the lock, because mostly nobody is
                try:
                    sent += await _send(calendar, links, mail_domain, now)
                except Exception:  # one event's trouble must not keep the others' letters back
                    log.exception("reminder_failed", event_id=calendar.id)
                break
    return sent


async def plan_of(*, event_id: int) -> Plan:
    """The event's plan; the usual one where nothing was changed."""
    async with connection() as raw:
        found = await raw.fetchval("SELECT plan::text FROM letter_plan WHERE event_id = $1", event_id)
    return msgspec.json.decode(found, type=Plan) if found else Plan()


async def lacking(*, event_id: int, sending: Sending) -> int:
    """How many are still to be told."""
    async with connection() as raw:
        found: int = await raw.fetchval(f"SELECT count(*) FROM ({_WHO}) AS who", *_who(event_id, sending))  # noqa: S608  # our own words
    return found


async def mark(*, event: Occasion, sending: Sending, now: datetime) -> list[int]:
    """Mark with the sending's key whoever has a seat and was not told yet; returns the registrations. In the caller's transaction."""
    async with connection() as raw:
        rows = await raw.fetch(_MARK, *_who(event.id, sending), now)
    return [row["registration_id"] for row in rows]


async def tell(*, office: Office, event: Occasion, sending: Sending, registration_ids: list[int], now: datetime) -> int:
    """The letter to these registrations, as far as there is something in it for them; returns how many."""
    marked = set(registration_ids)
    seated = [one for one in await registrants.standing(event_id=event.id, state=Standing.SEATED) if one.id in marked]
    if sending.template == "event_joining":
        seated = [one for one in seated if event.seen_by(one.mode).online_url]
    if seated:
        files = tuple(one.name for one in await materials.of(event_id=event.id))
        await Notices(office, event, now).tell(
            sending.template,
            seated,
            slots={_SENDING: sending.key},
            values={one.language: {"materials": files} for one in seated},
            days=event.entries[sending.entry_id] if sending.entry_id else None,
            expires_at=sending.expires_at,
            priority=AFTER_CONFIRMATIONS,
        )
    return len(seated)


async def take_back(*, office: Office, registrants: Iterable[Registrant], now: datetime) -> None:
    """Those that still wait for the relay, because another letter says how it is now; what is still due later is written anew."""
    taken = await overtaking.overtake(office=office, registrants=registrants, now=now, having=_SENDING)
    if taken:
        async with connection() as raw:
            await raw.execute(_FORGET, [registration_id for registration_id, _ in taken], [key for _, key in taken])


async def _send(calendar: Calendar, links: Links, mail_domain: str, now: datetime) -> int:
    office = Office(await directory.by_id(cluster_id=calendar.cluster_id), links, mail_domain)
    async with transaction():
        event = await programme.locked(cluster_id=calendar.cluster_id, event_id=calendar.id)
        if not event.goes_on:
            return 0
        told = 0
        for sending in due.sendings(_calendar(event, await plan_of(event_id=event.id)), now):
            ids = await mark(event=event, sending=sending, now=now)
            told += await tell(office=office, event=event, sending=sending, registration_ids=ids, now=now)
    return told


def _calendar(event: Occasion, plan: Plan) -> Calendar:
    entries = tuple(Entry(entry_id=id, starts_at=days[0].starts_at, ends_at=days[-1].ends_at) for id, days in event.entries.items())
    return Calendar(
        id=event.id,
        cluster_id=event.cluster_id,
        zone=event.zone,
        is_online=bool(event.online_url),
        ends_at=event.ends_at,
        entries=entries,
        plan=plan,
    )


async def _calendars(now: datetime) -> list[Calendar]:
    async with connection() as raw:
        rows = await raw.fetch(_CALENDARS, now - _BEHIND, now + _AHEAD)
    return [msgspec.json.decode(row[0], type=Calendar) for row in rows]


def _who(event_id: int, sending: Sending) -> tuple[int, str, int | None, datetime]:
    return event_id, sending.key, sending.entry_id, sending.moment


_CALENDARS = """
SELECT (jsonb_build_object('id', e.id, 'cluster_id', e.cluster_id, 'zone', e.zone, 'is_online', e.online_url <> '', 'ends_at', e.ends_at, 'entries', (
    SELECT coalesce(jsonb_agg(jsonb_build_object('entry_id', entry_id, 'starts_at', starts_at, 'ends_at', ends_at)), '[]')
    FROM (SELECT entry_id, min(starts_at) AS starts_at, max(ends_at) AS ends_at FROM event_day d WHERE d.event_id = e.id GROUP BY entry_id) AS entry
)) || CASE WHEN p.plan IS NULL THEN '{}' ELSE jsonb_build_object('plan', p.plan) END)::text
FROM event e LEFT JOIN letter_plan p ON p.event_id = e.id
WHERE e.ends_at > $1 AND e.starts_at < $2 AND e.state IN ('published', 'closed')
"""

# Before a date: whose entry in the calendar was written before the letter fell due. Afterwards: who came, or everybody when nobody was marked.
_WHO = """
SELECT r.id FROM registration r
WHERE r.event_id = $1 AND r.state = 'seated' AND r.address <> '' AND NOT EXISTS (SELECT FROM sent_once s WHERE s.registration_id = r.id AND s.key = $2)
AND CASE WHEN $3::bigint IS NOT NULL
    THEN EXISTS (SELECT FROM invitation i WHERE i.registration_id = r.id AND i.entry_id = $3 AND i.state = 'sent' AND i.sent_at < $4::timestamptz)
    ELSE EXISTS (SELECT FROM attendance a WHERE a.registration_id = r.id)
        OR NOT EXISTS (SELECT FROM attendance a JOIN registration o ON o.id = a.registration_id WHERE o.event_id = $1)
    END
"""

_FORGET = """
DELETE FROM sent_once s USING unnest($1::bigint[], $2::text[]) AS taken (registration_id, key)
WHERE s.registration_id = taken.registration_id AND s.key = taken.key
"""

_MARK = f"""
INSERT INTO sent_once (registration_id, key, sent_at) SELECT id, $2, $5 FROM ({_WHO}) AS who
ON CONFLICT (registration_id, key) DO NOTHING RETURNING registration_id
"""  # noqa: S608  # our own words
