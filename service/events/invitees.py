"""Invitees: the coordinator's list of addresses for one event, the letters that invite them, and who of them has registered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from service.audit import trail
from service.delivery import control, outbox
from service.errors import NotFound, Problem, Refused, problems_of
from service.events import printing, programme, skeletons, words_of
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.office import Office
from service.letters.letter import Letter
from service.letters.words import Written
from service.people import addresses, names
from service.persistence.engine import connection
from service.persistence.transaction import transaction

MOST = 1000
_LETTER, _LINK = "event_invited", "invitation_url"
KEPT = timedelta(days=30)
_NAMED = re.compile(r'"?(?P<name>[^"<>]*)"?\s*<(?P<address>[^<>]+)>')


class Invitee(msgspec.Struct, frozen=True, kw_only=True):
    """One on the list. `standing` and `registration_id`: of the registration of that address, None while there is none."""

    id: int
    event_id: int
    address: str
    name: str
    language: str
    added_at: datetime
    invited_at: datetime | None
    standing: Standing | None = None
    registration_id: int | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A line of the list as it was read."""

    address: str
    name: str


def read(text: str) -> list[Typed]:
    """The addresses of a text ★, one a line: `mari@example.org` or `Mari Maasikas <mari@example.org>`; each once. Raises Refused with the lines that are wrong."""
    lines = [line for line in (raw.strip(" \t,;") for raw in text.splitlines()) if line]
    if not lines:
        raise Refused("Write at least one address.", field="addresses")
    if len(lines) > MOST:
        raise Refused("Add at most {most} addresses at once.", field="addresses", most=MOST)
    if wrong := [line for line in lines if any(_problems(line))]:
        shown = ", ".join(line[:80] for line in wrong[:5]) + (" …" if len(wrong) > 5 else "")
        raise Refused("These lines are not addresses: {lines}", field="addresses", lines=shown)
    found: dict[str, Typed] = {}
    for one in map(_typed, lines):
        found.setdefault(one.address.casefold(), one)
    return list(found.values())


async def add(*, office: Office, event_id: int, text: str, language: str, now: datetime, actor_id: int | None = None) -> int:
    """Put the addresses of `text` on the list; those that are on it already stay as they are. Returns how many are new.

    Letters are in the person's own language where the address is known, else in `language`.
    """
    typed = read(text)
    language = language if language in office.cluster.languages else office.cluster.languages[0]
    async with transaction():
        event = await programme.by_id(cluster_id=office.cluster.id, event_id=event_id)
        async with connection() as raw:
            rows = await raw.fetch(
                _ADD,
                event.id,
                [one.address for one in typed],
                [one.name for one in typed],
                language,
                now,
                event.cluster_id,
                office.cluster.languages,
            )
        await _note("event.invitees_added", event, len(rows), actor_id, now)
    return len(rows)


async def remove(*, office: Office, event_id: int, invitee_id: int, now: datetime) -> None:
    """Take an address off the list; its link then proves nothing any more, and a letter that still waits does not leave. Raises NotFound."""
    async with transaction():
        await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        async with connection() as raw:
            removed = await raw.fetchval("DELETE FROM invitee WHERE event_id = $1 AND id = $2 RETURNING id", event_id, invitee_id)
        if removed is None:
            raise NotFound("This address is not on the list any more.")
        await control.take_back(about=_about(event_id), slot=_LINK, values=[office.links.invited(invitee_id=invitee_id)], now=now)


async def take_back(*, event_id: int, now: datetime) -> list[str]:
    """No invitation that still waits leaves; returns their links. In the caller's transaction."""
    return await control.take_back(about=_about(event_id), slot=_LINK, now=now)


async def tell_anew(*, office: Office, event: Occasion, now: datetime) -> None:
    """Invitations that still wait say how the event is now, as long as anybody can register. In the caller's transaction, under the event's lock."""
    links = set(await take_back(event_id=event.id, now=now))
    listed = await of_event(event_id=event.id, limit=MOST * MOST) if links and event.registration_ends > now else []
    if waiting := [one for one in listed if office.links.invited(invitee_id=one.id) in links]:
        await _write_to(office, event, waiting, now)


async def invite(*, office: Office, event_id: int, now: datetime, actor_id: int | None = None) -> int:
    """Write to everybody on the list who has not been written to and is not registered; returns how many. Raises Refused when it is too late."""
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        if not event.goes_on or event.registration_ends <= now:
            raise Refused("Nobody can register now: publish the event first, or open its registration again.")
        async with connection() as raw:
            rows = await raw.fetch(_INVITE, event.id, now)
        invited = sorted((_invitee(row[0]) for row in rows), key=lambda one: one.id)
        if invited:
            await _write_to(office, event, invited, now)
        await _note("event.invited", event, len(invited), actor_id, now)
    return len(invited)


async def of_event(*, event_id: int, limit: int = MOST, after: int = 0) -> list[Invitee]:
    """The list in the order in which it was written, after id `after`."""
    async with connection() as raw:
        rows = await raw.fetch(f"{_SELECT} WHERE i.event_id = $1 AND i.id > $2 ORDER BY i.id LIMIT $3", event_id, after, limit)
    return [_invitee(row[0]) for row in rows]


async def counts(*, event_id: int) -> dict[str, int]:
    """How many are on the list, have not been written to, and have registered: `all`, `waiting`, `registered`."""
    async with connection() as raw:
        row = await raw.fetchrow(_COUNTS, event_id)
    return dict(row) if row else {}


async def by_id(*, invitee_id: int) -> tuple[int, Invitee]:
    """The cluster's id and the invitee that a signed link names; raises NotFound."""
    async with connection() as raw:
        row = await raw.fetchrow(f"{_SELECT} WHERE i.id = $1", invitee_id)
        if row is None:
            raise NotFound("This invitation is not there any more. Write to the organisers.")
        cluster_id: int = await raw.fetchval(
            "SELECT cluster_id FROM event e JOIN invitee i ON i.event_id = e.id WHERE i.id = $1", invitee_id
        )
    return cluster_id, _invitee(row[0])


async def forget(*, now: datetime) -> None:
    """Delete the lists of events that ended more than `KEPT` ago."""
    async with connection() as raw:
        await raw.execute("DELETE FROM invitee i USING event e WHERE e.id = i.event_id AND e.ends_at <= $1", now - KEPT)


async def _write_to(office: Office, event: Occasion, invited: Sequence[Invitee], now: datetime) -> None:
    languages = sorted({one.language for one in invited})
    own_words = await words_of.written(event_id=event.id, kind=_LETTER)
    letters = [await _letter(office, event, language, own_words.get(language)) for language in languages]
    copies = [
        outbox.Copy(address=one.address, language=one.language, name=one.name, slots={_LINK: office.links.invited(invitee_id=one.id)})
        for one in invited
    ]
    await outbox.post(
        cluster=office.cluster,
        kind=outbox.Kind.NEWS,  # whoever wants no news from this cluster gets no invitation either
        letters=letters,
        copies=copies,
        about=_about(event.id),
        expires_at=event.registration_ends,
        now=now,
    )


def _about(event_id: int) -> str:
    return f"event:{event_id}"


async def _letter(office: Office, event: Occasion, language: str, written: Written | None) -> Letter:
    until = {"until": event.registration_ends}
    return await printing.letter(
        template=_LETTER,
        language=language,
        brand=await skeletons.letterhead(office=office, event=event, language=language),
        zone=event.zone,
        values={"event": skeletons.facts(office=office, event=event, language=language, days=event.days), **until},
        calendar=None,
        written=written,
        fields=skeletons.fields(office=office, event=event, language=language, days=event.days, values=until),
    )


def _problems(line: str) -> Iterator[Problem]:
    typed = _parted(line)
    yield from problems_of(addresses.normalise, typed.address)
    yield from problems_of(names.normalise, typed.name)


def _typed(line: str) -> Typed:
    typed = _parted(line)
    return Typed(addresses.normalise(typed.address), names.normalise(typed.name))


def _parted(line: str) -> Typed:
    found = _NAMED.fullmatch(line)
    return Typed(found["address"].strip(), found["name"].strip()) if found else Typed(line, "")


def _invitee(row: str) -> Invitee:
    return msgspec.json.decode(row, type=Invitee)


async def _note(action: str, event: Occasion, number: int, actor_id: int | None, now: datetime) -> None:
    await trail.record(
        action=action,
        subject_kind="event",
        subject_id=event.id,
        cluster_id=event.cluster_id,
        actor_id=actor_id,
        now=now,
        details={"addresses": number},
    )


_ADD = """
INSERT INTO invitee (event_id, address, name, language, added_at)
SELECT $1, new.address, coalesce(nullif(new.name, ''), p.name, ''), coalesce(CASE WHEN p.language = ANY ($7) THEN p.language END, $4), $5
FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS new (address, name, number)
LEFT JOIN person p ON p.cluster_id = $6 AND lower(p.address) = lower(new.address) AND p.erased_at IS NULL
ORDER BY new.number
ON CONFLICT (event_id, lower(address)) DO NOTHING RETURNING id
"""

_OWN = """
SELECT r.id, r.state FROM registration r
WHERE r.event_id = i.event_id AND lower(r.address) = lower(i.address) AND r.state <> 'cancelled' ORDER BY r.position LIMIT 1
"""

_SELECT = f"""
SELECT (to_jsonb(i) || jsonb_build_object('standing', own.state, 'registration_id', own.id))::text
FROM invitee i LEFT JOIN LATERAL ({_OWN}) AS own ON true
"""  # noqa: S608  # ours

_INVITE = f"""
UPDATE invitee AS i SET invited_at = $2 WHERE event_id = $1 AND invited_at IS NULL AND NOT EXISTS ({_OWN}) RETURNING to_jsonb(i)::text
"""  # noqa: S608  # ours

_COUNTS = f"""
SELECT count(*) AS "all", count(*) FILTER (WHERE i.invited_at IS NULL AND own.id IS NULL) AS waiting, count(own.id) AS registered
FROM invitee i LEFT JOIN LATERAL ({_OWN}) AS own ON true WHERE i.event_id = $1
"""  # noqa: S608  # ours
