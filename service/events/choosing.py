"""Choosing: which items of the agenda a registrant takes part in; never more in one than it has seats, whoever chooses at once.

Whoever chooses an item that is full waits in its line, and so does everybody who has no seat in the event yet: a wish holds no seat. `settle` gives
the seats, in the order in which people chose; whatever frees or gives a seat in the event calls it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from service.errors import Refused
from service.events import agenda, items, programme, registrants
from service.events.capacity import Standing
from service.events.choices import Choice, Place
from service.events.items import Item
from service.events.notices import Notices
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.languages.choice import pick
from service.languages.dates import Dates
from service.persistence.engine import connection
from service.persistence.transaction import required, transaction


async def wanted(*, event: Occasion, item_ids: Collection[int]) -> list[Item]:
    """The items of the event with these ids; raises Refused for one that cannot be chosen and for two at the same time."""
    if not item_ids:
        return []
    found = [item for item in await agenda.of(event_id=event.id) if item.is_chosen and item.id in item_ids]
    if len(found) != len(set(item_ids)):
        raise Refused("The programme has changed meanwhile. Choose again.", field="chosen")
    if clashing := items.clash(found):
        one, other = (pick(item.title, "", ()) for item in clashing)
        raise Refused("“{one}” and “{other}” are at the same time. Choose one of them.", field="chosen", one=one, other=other)
    return found


async def choose(*, event: Occasion, registration_id: int, item_ids: Collection[int], now: datetime) -> None:
    """From now on this registrant wants these items, and no others. Belongs under the event's lock; `settle` follows. Raises what `wanted` raises."""
    required()
    chosen = sorted(item.id for item in await wanted(event=event, item_ids=item_ids))
    if not event.has_choices:
        return
    async with connection() as raw:
        await raw.execute("DELETE FROM item_choice WHERE registration_id = $1 AND item_id <> ALL ($2::bigint[])", registration_id, chosen)
        await raw.execute(_CHOOSE, registration_id, chosen, now)


async def change(*, office: Office, event_id: int, registration_id: int, item_ids: Collection[int], now: datetime) -> None:
    """A registrant chooses anew. Raises Refused once the event has begun, is called off, or the registration is none any more."""
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        registrant = await registrants.in_event(event_id=event_id, registration_id=registration_id)
        if registrant.state in (Standing.CANCELLED, Standing.DECLINED) or event.has_begun(now) or not event.goes_on:
            raise Refused("The programme cannot be chosen any more. Write to the organisers if you want to change something.")
        await choose(event=event, registration_id=registration_id, item_ids=item_ids, now=now)
        await settle(office=office, event=event, told=[registration_id], now=now)


async def settle(*, office: Office, event: Occasion, now: datetime, told: Iterable[int] = ()) -> None:
    """`fill`, and a letter to each who moved up and learns it by no other."""
    await tell(office=office, event=event, moved=await fill(event=event, now=now, told=told), now=now)


async def fill(*, event: Occasion, now: datetime, told: Iterable[int] = ()) -> list[Choice]:
    """Take back the places of those who have no seat in the event any more, and give free ones to whoever waits first.

    Returns who moved up and is to be written to; `told`: registrations that learn it anyway, by another letter or on the page.
    """
    required()
    if not event.has_choices:
        return []
    async with connection() as raw:
        await raw.fetch("SELECT id FROM event_item WHERE event_id = $1 ORDER BY id FOR UPDATE", event.id)
        await raw.execute(_TAKE_BACK, event.id)
        rows = await raw.fetch(_MOVE_UP, event.id)
        await raw.execute(_COUNT, event.id)
    moved = [Choice(item_id=row["item_id"], registration_id=row["registration_id"], state=Place.SEATED) for row in rows]
    known = set(told)
    matters = event.goes_on and not event.has_begun(now)
    return [choice for choice in moved if matters and choice.registration_id not in known]


async def tell(*, office: Office, event: Occasion, moved: Sequence[Choice], now: datetime) -> None:
    """Write to those whom `fill` returned: a letter for each place."""
    if not moved:
        return
    by_id = {item.id: item for item in await agenda.of(event_id=event.id)}
    seated = {one.id: one for one in await registrants.standing(event_id=event.id, state=Standing.SEATED)}
    for item_id in dict.fromkeys(choice.item_id for choice in moved):
        people = [seated[choice.registration_id] for choice in moved if choice.item_id == item_id]
        await Notices(office, event, now).tell("item_seated", people, values=_told(office, event, by_id[item_id], people))


def _told(office: Office, event: Occasion, item: Item, people: Iterable[Registrant]) -> Mapping[str, dict[str, str]]:
    return {
        language: {
            "item": pick(item.title, language, office.cluster.languages),
            "item_time": Dates(language, event.zone).span(item.starts_at, item.ends_at),
        }
        for language in {one.language for one in people}
    }


_CHOOSE = """
INSERT INTO item_choice (item_id, registration_id, state, chosen_at) SELECT unnest($2::bigint[]), $1, 'waiting', $3
ON CONFLICT (item_id, registration_id) DO NOTHING
"""

_TAKE_BACK = """
UPDATE item_choice c SET state = 'waiting' FROM event_item i, registration r
WHERE i.event_id = $1 AND c.item_id = i.id AND r.id = c.registration_id AND c.state = 'seated' AND r.state <> 'seated'
"""

_MOVE_UP = """
WITH line AS (
    SELECT c.id, i.capacity, row_number() OVER (PARTITION BY c.item_id ORDER BY c.id) AS place,
           (SELECT count(*) FROM item_choice s WHERE s.item_id = i.id AND s.state = 'seated') AS taken
    FROM event_item i JOIN item_choice c ON c.item_id = i.id JOIN registration r ON r.id = c.registration_id
    WHERE i.event_id = $1 AND c.state = 'waiting' AND r.state = 'seated'
)
UPDATE item_choice c SET state = 'seated' FROM line WHERE line.id = c.id AND (line.capacity IS NULL OR line.place <= line.capacity - line.taken)
RETURNING c.item_id, c.registration_id
"""

_COUNT = """
UPDATE event_item i SET seats_taken = (SELECT count(*) FROM item_choice c WHERE c.item_id = i.id AND c.state = 'seated')
WHERE i.event_id = $1 AND i.is_chosen
"""
