"""Change the agenda; whoever chose an item whose time or place changes, or that is left out, gets a letter.

The calendar entry of the event stays as it is: it leads to the programme, which is always of today. An update to everybody for each item that moves
would be noise, and people would stop reading the updates that matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from service.audit import trail
from service.errors import Refused, Stale
from service.events import agenda, choosing, items, programme, registrants
from service.events.capacity import Standing
from service.events.choices import Choice
from service.events.items import Item, ItemFacts
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.languages.choice import pick
from service.languages.dates import Dates
from service.persistence.engine import connection
from service.persistence.transaction import rehearsal, transaction

_MOST = 200
_GONE = (Standing.CANCELLED, Standing.DECLINED)


@dataclass(frozen=True, slots=True)
class Change:
    """New facts for an item; without `item_id` a new one, without `facts` it is left out."""

    item_id: int | None
    facts: ItemFacts | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What `change` sends. `moved`: item id → how it was, how it is; `told`: item id → who chose it and hears of that; `seated`: places that come free."""

    event: Occasion
    moved: Mapping[int, tuple[Item, ItemFacts | None]]
    told: Mapping[int, Sequence[Registrant]]
    seated: Sequence[Choice]

    @property
    def letters(self) -> int:
        """How many letters leave."""
        return sum(map(len, self.told.values())) + len(self.seated)


async def foresee(*, office: Office, event_id: int, changes: Sequence[Change], now: datetime, version: int | None = None) -> Forecast:
    """What `change` would send; nothing is changed. It is the change itself, taken back; raises what that raises."""
    async with rehearsal():
        return await _rewrite(office, event_id, changes, version, now)


async def change(
    *,
    office: Office,
    event_id: int,
    changes: Sequence[Change],
    announced: bool,
    now: datetime,
    version: int | None = None,
    actor_id: int | None = None,
) -> None:
    """Make all the changes at once. `version`: that of the event whose agenda was seen, None when it does not matter.

    Raises Refused for bad facts and for fewer seats than are taken, Stale when the event was changed meanwhile or when letters would leave that
    nobody was shown (`announced`).
    """
    async with transaction():
        forecast = await _rewrite(office, event_id, changes, version, now)
        if forecast.letters and not announced:
            raise Stale("Somebody has chosen this meanwhile. Look at what will be sent, then confirm.")
        await _tell(office, forecast, now)
        await choosing.tell(office=office, event=forecast.event, moved=forecast.seated, now=now)
        await trail.record(
            action="event.agenda_changed",
            subject_kind="event",
            subject_id=event_id,
            cluster_id=office.cluster.id,
            actor_id=actor_id,
            now=now,
        )


async def _rewrite(office: Office, event_id: int, changes: Sequence[Change], version: int | None, now: datetime) -> Forecast:
    event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
    if version not in (None, event.version):
        raise Stale("Somebody else has changed this event meanwhile. Load it again, then make your changes.")
    before = await agenda.of(event_id=event_id)
    changes = [_checked(event, before, one, office) for one in changes]
    moved = _moved(before, changes)
    told = await _concerned(event, moved)
    await _write(event, changes, now)
    return Forecast(event, moved, told, await choosing.fill(event=event, now=now))


def _checked(event: Occasion, before: Sequence[Item], one: Change, office: Office) -> Change:
    item = agenda.only(before, one.item_id) if one.item_id is not None else None
    if one.facts is None:
        return one
    facts = items.checked(one.facts, languages=office.cluster.languages, days=event.days)
    if item is None and len(before) >= _MOST:
        raise Refused("An event has at most {most} items.", field="title", most=_MOST)
    if item is not None and facts.capacity is not None and facts.capacity < item.seats_taken:
        raise Refused("{taken} people have a place in it already. Keep at least {taken} seats.", field="capacity", taken=item.seats_taken)
    if item is not None and item.seats_taken and not facts.is_chosen:
        raise Refused("{taken} people have chosen it already, so it must stay a choice.", field="is_chosen", taken=item.seats_taken)
    return replace(one, facts=facts)


def _moved(before: Sequence[Item], changes: Sequence[Change]) -> dict[int, tuple[Item, ItemFacts | None]]:
    """What changes for whoever chose it: item id → how it was, how it is."""
    found: dict[int, tuple[Item, ItemFacts | None]] = {}
    for one in changes:
        if one.item_id is None:
            continue
        item = agenda.only(before, one.item_id)
        if one.facts is None or _where_and_when(one.facts) != _where_and_when(item):
            found[item.id] = (item, one.facts)
    return found


def _where_and_when(of_item: Item | ItemFacts) -> tuple[object, ...]:
    return of_item.starts_at, of_item.ends_at, of_item.place, of_item.online_url


async def _concerned(event: Occasion, moved: Mapping[int, object]) -> dict[int, list[Registrant]]:
    """Whom to write to: item id → who chose it and is not cancelled."""
    if not moved or not event.goes_on:
        return {}
    async with connection() as raw:
        rows = await raw.fetch(
            "SELECT item_id, registration_id FROM item_choice WHERE item_id = ANY ($1) ORDER BY item_id, registration_id", list(moved)
        )
    people = {one.id: one for one in await registrants.page(event_id=event.id, limit=1_000_000) if one.state not in _GONE}
    found: dict[int, list[Registrant]] = {}
    for row in rows:
        if row["registration_id"] in people:
            found.setdefault(row["item_id"], []).append(people[row["registration_id"]])
    return found


async def _write(event: Occasion, changes: Iterable[Change], now: datetime) -> None:
    async with connection() as raw:
        for one in sorted(changes, key=lambda one: one.item_id or 0):
            if one.facts is None:
                await raw.execute("DELETE FROM event_item WHERE event_id = $1 AND id = $2", event.id, one.item_id)
            elif one.item_id is None:
                await raw.execute(_INSERT, event.id, *_columns(one.facts))
            else:
                await raw.execute(_UPDATE, one.item_id, *_columns(one.facts))
        await raw.execute("UPDATE event SET version = version + 1, changed_at = $2 WHERE id = $1", event.id, now)


async def _tell(office: Office, forecast: Forecast, now: datetime) -> None:
    event, moved = forecast.event, forecast.moved
    notices = Notices(office, event, now)
    for item_id, concerned in forecast.told.items():
        before, after = moved[item_id]
        values = {language: _words(event, before, after, office, language) for language in {one.language for one in concerned}}
        await notices.tell("item_dropped" if after is None else "item_changed", concerned, values=values)


def _words(event: Occasion, before: Item, after: ItemFacts | None, office: Office, language: str) -> dict[str, str]:
    dates = Dates(language, event.zone)

    def told(one: Item | ItemFacts) -> str:
        return " · ".join(filter(None, (dates.span(one.starts_at, one.ends_at), one.place)))

    item = {"item": pick(before.title, language, office.cluster.languages)}
    return item | ({"item_time": told(before)} if after is None else {"item_time": told(after), "item_before": told(before)})


def _columns(facts: ItemFacts) -> tuple[Any, ...]:
    texts = (msgspec.json.encode(one).decode() for one in (facts.title, facts.description, facts.speakers))
    return (facts.starts_at, facts.ends_at, *texts, facts.place, facts.online_url, facts.is_chosen, facts.capacity)


_NAMES = "starts_at, ends_at, title, description, speakers, place, online_url, is_chosen, capacity"

_INSERT = f"INSERT INTO event_item (event_id, {_NAMES}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"  # noqa: S608  # our own names

_UPDATE = f"UPDATE event_item SET ({_NAMES}) = ROW ($2, $3, $4, $5, $6, $7, $8, $9, $10) WHERE id = $1"  # noqa: S608  # our own names
