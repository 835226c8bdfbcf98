"""Take in one message or one report of a provider: told apart, taken once, handed to the room that owns it, in one transaction.

Returns when it is committed. What cannot be understood is kept aside; only a database that is away and a full disk are the sender's to try again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

import asyncpg
import msgspec
import structlog

from service.calendars.replies import Unreadable
from service.delivery import copies
from service.delivery.copies import Copy
from service.events import invited
from service.persistence.engine import LOST_CONNECTION
from service.persistence.transaction import transaction
from service.returns import answers, aside, calendar_answers, once, reception, reports, telling
from service.returns.complaints import Complaint
from service.returns.doors import Door, Entrance
from service.returns.reception import Reception
from service.returns.telling import Kind, Told
from service.returns.webhooks.heard import Heard
from service.subscriptions import leaving
from service.subscriptions.tables import How

log = structlog.get_logger()

LARGEST_WHOLE = 10 * 1024 * 1024
"""Octets; of a larger message only the beginning is read, and the whole is kept aside as well."""

AWAY = (*LOST_CONNECTION, asyncpg.DeadlockDetectedError, asyncpg.QueryCanceledError)
"""What says that the database can be asked again later, and nothing about the message."""

_LARGEST_REPORT = 1024 * 1024
_DEFECT = "It could not be read; the log says why."


class Fate(StrEnum):
    """What became of it."""

    TAKEN = "taken"
    AGAIN = "again"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message with its envelope. `sender` is empty for a bounce; `channel`: smtp, imap."""

    recipient: str
    sender: str
    content: bytes
    channel: str


class _Unplaced(Exception):
    """It cannot be said whose it is, or what to do with it; the text is the reason for keeping it aside."""


async def take(arrival: Arrival, *, desk: Reception, now: datetime) -> Fate:
    """Take in a message; raises what a lost database raises, and OSError when the disk is full."""
    try:
        entrance = await reception.entrance(arrival.recipient, reception=desk)
        if entrance is None:
            raise _Unplaced("Nobody here reads the address it was sent to.")
        told = await asyncio.to_thread(telling.tell, arrival.content, entrance=entrance, envelope_sender=arrival.sender)
        key = await asyncio.to_thread(_key, arrival, told)
        async with transaction():
            if not await once.first(what=key, now=now):
                return Fate.AGAIN
            await _place(arrival, entrance, told, desk, now)
    except AWAY:
        raise
    except _Unplaced as reason:
        return await _aside(arrival, str(reason), desk, now)
    except Exception:  # whatever a message is made of, the next one must come in
        log.exception("intake_failed", octets=len(arrival.content))
        return await _aside(arrival, _DEFECT, desk, now)
    if len(arrival.content) > LARGEST_WHOLE:
        await _aside(arrival, "Larger than 10 MB: only its beginning was read.", desk, now)
    return Fate.TAKEN


async def hear_all(events: Sequence[Heard], *, desk: Reception, now: datetime) -> list[Fate]:
    """Take in what a provider reports, each event by itself: when the database goes away, those before it are known when they come again."""
    return [await hear(heard, desk=desk, now=now) for heard in events]


async def hear_some(events: Sequence[Heard], *, body: bytes, provider: str, reason: str, desk: Reception, now: datetime) -> list[Fate]:
    """Take in what of a proven report could be read, and keep the report aside: it would be no other when the provider repeats it."""
    why = f"A report of {provider}: {reason}."
    await aside.keep(content=body[:_LARGEST_REPORT], reason=why, channel=provider, state=desk.state, now=now)
    return [*await hear_all(events, desk=desk, now=now), Fate.ASIDE]


async def hear(heard: Heard, *, desk: Reception, now: datetime) -> Fate:
    """Take in one event; one that cannot be taken in is kept aside, so that it stops none behind it."""
    try:
        return await _hear(heard, desk, now)
    except AWAY:
        raise
    except Exception:
        log.exception("report_failed", provider=heard.provider, key=heard.key)
        await aside.keep(content=msgspec.json.encode(heard), reason=_DEFECT, channel=heard.provider, state=desk.state, now=now)
        return Fate.ASIDE


async def _hear(heard: Heard, desk: Reception, now: datetime) -> Fate:
    async with transaction():
        if not await once.first(what=("heard", heard.provider, heard.key), now=now):
            return Fate.AGAIN
        copy = await _heard_of(heard, desk)
        if copy is None:
            await aside.keep(
                content=b"",
                reason=f"No letter of ours matches a report of {heard.provider}.",
                channel=heard.provider,
                state=desk.state,
                now=now,
            )
            return Fate.ASIDE
        if heard.kind is Kind.COMPLAINT:
            await reports.complained(
                copy=copy, complaint=Complaint("abuse", heard.address, heard.provider), channel=heard.provider, now=now
            )
        else:
            await reports.bounced(copy=copy, notices=[heard.notice], channel=heard.provider, now=now)
    return Fate.TAKEN


async def _place(arrival: Arrival, entrance: Entrance, told: Told, desk: Reception, now: datetime) -> None:
    copy = await _copy(told.names, desk)
    if told.kind is Kind.BOUNCE:
        await reports.bounced(copy=_known(copy), notices=told.notices, channel=arrival.channel, now=now)
    elif told.kind is Kind.COMPLAINT and told.complaint is not None:
        await reports.complained(copy=_known(copy), complaint=told.complaint, channel=arrival.channel, now=now)
    elif told.kind is Kind.LEAVE:
        await _leave(_known(copy), now)
    else:
        await _answer(arrival, entrance, told, copy, desk=desk, now=now)


async def _answer(arrival: Arrival, entrance: Entrance, told: Told, copy: Copy | None, *, desk: Reception, now: datetime) -> None:
    invitation = await invited.by_organizer(address=arrival.recipient) if entrance.door is Door.REPLY else None
    cluster_id = invitation.cluster_id if invitation else await _cluster_id(arrival, entrance, copy)
    if cluster_id is None:
        raise _Unplaced("It says of no cluster that it is meant for it.")
    delivery_id = copy.id if copy is not None and copy.cluster_id == cluster_id else None
    if told.kind is Kind.CALENDAR:
        try:
            await calendar_answers.take(
                told=told,
                cluster_id=cluster_id,
                delivery_id=delivery_id,
                sent_to=arrival.recipient,
                by_token=invitation is not None,
                desk=desk,
                now=now,
            )
        except Unreadable as error:
            raise _Unplaced(f"A calendar's answer: {error}.") from error
    else:
        await answers.take(
            told=told,
            cluster_id=cluster_id,
            delivery_id=delivery_id,
            sent_to=arrival.recipient,
            content=arrival.content,
            reception=desk,
            now=now,
        )


async def _cluster_id(arrival: Arrival, entrance: Entrance, copy: Copy | None) -> int | None:
    if entrance.door is Door.SENDER and (cluster := await reception.cluster_of_sender(arrival.recipient)) is not None:
        return int(cluster.id)
    return copy.cluster_id if copy is not None else None


async def _leave(copy: Copy, now: datetime) -> None:
    """The mailto twin of one-click (RFC 8058 §1): the token alone counts, whoever's program sends it."""
    if copy.person_id is None or copy.list_id is None:
        raise _Unplaced("A wish to leave, but its letter belongs to no topic.")
    await leaving.leave(person_id=copy.person_id, list_id=copy.list_id, how=How.ONE_CLICK, now=now)


async def _copy(names: tuple[str, ...], desk: Reception) -> Copy | None:
    """The copy that the first genuine name means."""
    for name in names:
        delivery_id = desk.returns.read(name)
        if delivery_id is not None and (found := await copies.find(delivery_id=delivery_id)) is not None:
            return found
    return None


async def _heard_of(heard: Heard, desk: Reception) -> Copy | None:
    own = await _copy((heard.message_id.strip("<> ").partition(".")[0],), desk)
    return own or await copies.accepted_as(provider_id=heard.provider_id, address=heard.address)


def _known(copy: Copy | None) -> Copy:
    if copy is None:
        raise _Unplaced("No letter of ours matches it.")
    return copy


def _key(arrival: Arrival, told: Told) -> tuple[str, ...]:
    """A message is the same one when it has the same Message-ID, sender and door; without an id, the same bytes."""
    return ("message", arrival.recipient.lower(), told.sender.lower(), told.message_id or sha256(arrival.content).hexdigest())


async def _aside(arrival: Arrival, reason: str, desk: Reception, now: datetime) -> Fate:
    await aside.keep(content=arrival.content, reason=reason, channel=arrival.channel, state=desk.state, now=now)
    return Fate.ASIDE
