"""Several dates of a series on one form: each is a registration of its own, with its own seat or place in line, its own letter and calendar entry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from service.errors import Refused
from service.events import party, registration, series
from service.events.form import Form
from service.events.occasion import Door, Occasion
from service.events.office import Office
from service.events.series import Series
from service.events.terms import Access
from service.persistence import throttle
from service.persistence.engine import connection
from service.persistence.transaction import transaction

MOST_LETTERS = series.MOST
"""To one address in an hour: a whole series."""


async def register(*, office: Office, joined: Series, event_ids: Collection[int], form: Form, network: str, now: datetime) -> None:
    """Register one person for all these dates, or for none of them. Returns nothing, as `registration.register` does.

    The events are locked by ascending id, so that two such forms never wait for each other. Raises Refused for a bad form, for no date, and when one
    of the dates cannot be had this way any more; TooMany above the caps.
    """
    offered = {event.id for event in await open_dates(joined=joined, now=now)}
    chosen = sorted(set(event_ids))
    if not chosen:
        raise Refused("Choose at least one date.", field="dates")
    if not set(chosen) <= offered:
        raise Refused("One of these dates cannot be registered for any more. Look at the list and choose again.", field="dates")
    guests = [await party.guests(office=office, event_id=event_id, typed=[form]) for event_id in chosen]
    await registration.count(office=office, guests=guests[0], network=network, now=now)
    await _count_letters(office, guests[0][0].form.address, len(chosen), now)
    for event_id, invited in zip(chosen, guests, strict=True):
        await registration.prepare(office=office, event_id=event_id, guests=invited, now=now)
    async with transaction():
        for event_id, guest in zip(chosen, guests, strict=True):
            await registration.admit(office=office, event_id=event_id, guests=guest, now=now)
        await party.try_addresses(office=office, guests=guests[0], now=now)


async def open_dates(*, joined: Series, now: datetime) -> list[Occasion]:
    """The dates of the series that take somebody in now and ask no more than who they are; others have their form on their own page."""
    dates = [event for event in await series.dates(series=joined) if _is_plain(event) and event.door(now) in (Door.OPEN, Door.WAITLIST)]
    asking = await _that_ask([event.id for event in dates])
    return [event for event in dates if event.id not in asking]


async def _count_letters(office: Office, address: str, letters: int, now: datetime) -> None:
    """Each date is a letter: the cap on forms alone would let strangers send an address hundreds."""
    await throttle.count_all(attempts=[("dates of", f"{office.cluster.id}:{address}", MOST_LETTERS)] * letters, now=now)


def _is_plain(event: Occasion) -> bool:
    return event.access is Access.PUBLIC and not (event.has_choices or event.is_hybrid or event.asks_diet or event.asks_access)


async def _that_ask(event_ids: Sequence[int]) -> set[int]:
    async with connection() as raw:
        rows = await raw.fetch("SELECT DISTINCT event_id FROM question WHERE event_id = ANY ($1) AND removed_at IS NULL", event_ids)
    return {row["event_id"] for row in rows}
