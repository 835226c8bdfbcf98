"""A person is forgotten: the rows stay and count, nothing in them says who it was."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.events import attendance, forgetting, programme, registrants, thanks
from service.events.capacity import Standing
from service.events.office import Office
from service.people import directory
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from tests.support import events


async def forget(office: Office, address: str, now: datetime) -> int:
    found = await directory.find(cluster_id=office.cluster.id, address=address)
    assert found is not None
    async with transaction():
        return await forgetting.person(office=office, person_id=found.id, now=now)


async def test_what_was_stays_as_a_row_that_says_nothing_about_anybody(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    for name in ("Mari Maasikas", "Jüri Jõgi"):
        await events.register(office=office, event=event, now=now, name=name, address="koos@example.org")
    await events.register(office=office, event=event, now=now, number=2)
    later = event.ends_at + timedelta(hours=1)
    everybody = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    day = attendance.days(event)[0]
    ids = [one.id for one in everybody]
    await attendance.mark(cluster=office.cluster, event_id=event.id, registration_ids=ids, day=day, here=True, now=later)
    assert await forget(office, "koos@example.org", later) == 2
    async with connection() as raw:
        rows = await raw.fetch("SELECT * FROM registration ORDER BY id")
    for row in rows[:2]:
        said = " ".join(str(value) for value in row.values())
        assert not any(word in said for word in ("Mari", "Jüri", "Jõgi", "jõgi", "koos", "Disainimaja", "disainer"))
    assert rows[2]["name"] == "Mari Maasikas 2"
    assert (await registrants.counts(event_id=event.id)).seated == 3
    assert (await attendance.counts(event_id=event.id)).people == 3
    assert await thanks.send(office=office, event_id=event.id, now=later) == 1


async def test_a_place_that_is_still_to_come_goes_to_whoever_is_next(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1)
    for number in (1, 2):
        await events.register(office=office, event=event, now=now, number=number)
    assert await forget(office, "mari1@example.org", now) == 1
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    assert seated.address == "mari2@example.org"
    assert [one.method for one in await events.posted() if one.address == "mari1@example.org"] == ["REQUEST", "CANCEL"]
    assert (await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)).seats_taken == 1


async def test_nobody_elses_cluster_is_touched(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await events.register(office=office, event=event, now=now)
    async with transaction():
        assert await forgetting.person(office=office, person_id=10**9, now=now) == 0
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    assert seated.name == "Mari Maasikas 1"
