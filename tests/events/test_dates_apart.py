"""Dates of one event that lie apart: each letter tells the date, the place and the change that it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from service.events import changes, facts, programme, reminders
from service.events.facts import DayFacts
from service.events.occasion import Occasion
from service.events.office import Office
from tests.support import events
from tests.support.events import Posted

OWN = "Jõhvi kontserdimaja"


def march(date: int, **values: Any) -> DayFacts:
    """A date of March 2027, from 10 to 12 in Tallinn."""
    return events.day(datetime(2027, 3, date, 8, tzinfo=UTC), **values)


async def prepared(office: Office, now: datetime, *days: DayFacts, **values: Any) -> Occasion:
    """An event with these days, and one person with a seat."""
    event = await events.published(cluster=office.cluster, now=now, days=days, **values)
    await events.register(office=office, event=event, now=now)
    return event


async def edited(office: Office, event: Occasion, now: datetime, **values: Any) -> list[Posted]:
    """The letters of a change. A day that is replaced keeps its id only where the test says so."""
    sent = max(letter.id for letter in await events.posted())
    current = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    changed = replace(facts.of(current), **values)
    await changes.edit(office=office, event_id=event.id, facts=changed, version=current.version, announced=True, now=now)
    return await events.posted(after=sent)


async def test_each_letter_names_the_place_of_its_own_date(office: Office, now: datetime) -> None:
    event = await prepared(office, now, march(2), march(16, place=OWN, title={"et": "Teine osa"}))
    first, second = await events.posted()
    assert ("Vaba Lava" in first.text, OWN in first.text) == (True, False)
    assert ("Vaba Lava" in second.text, OWN in second.text, "Teine osa" in second.text) == (False, True, True)
    moment = datetime(2027, 3, 15, 12, tzinfo=UTC)
    await reminders.tick(links=office.links, mail_domain=office.mail_domain, now=moment)
    reminder = (await events.posted())[-1]
    assert reminder.subject.startswith("Meeldetuletus")
    assert ("Vaba Lava" in reminder.text, OWN in reminder.text) == (False, True)
    before, after = facts.of(event).days
    (changed,) = await edited(office, event, moment, days=(before, replace(after, place="Sillamäe")))
    assert changed.subject == "Uus koht: Strateegiaseminar"
    assert f"Enne: {OWN}" in changed.text
    assert "Vaba Lava" not in changed.text


async def test_days_that_follow_each_other_at_other_places_are_named_with_them(office: Office, now: datetime) -> None:
    event = await prepared(office, now, march(2), march(3, place=OWN))
    (told,) = await events.posted()
    assert "2. märts 2027, 10:00–12:00 · Vaba Lava, Linda 2, Narva\n" in told.text
    assert f"3. märts 2027, 10:00–12:00 · {OWN}\n" in told.text
    (changed,) = await edited(office, event, now, days=(march(2), march(3, place="Sillamäe")))
    assert f"Enne: kolmapäev, 3. märts 2027, 10:00–12:00 · {OWN}" in changed.text
    assert changed.text.count("2. märts") == 1


async def test_a_date_in_place_of_another_is_that_one_with_a_new_time(office: Office, now: datetime) -> None:
    event = await prepared(office, now, march(2))
    (changed,) = await edited(office, event, now, days=(march(5),))
    (first, *_) = await events.posted()
    assert (changed.subject, changed.method, changed.property("UID")) == ("Uus aeg: Strateegiaseminar", "REQUEST", first.property("UID"))


async def test_a_date_that_comes_to_follow_another_is_joined_and_not_called_off(office: Office, now: datetime) -> None:
    event = await prepared(office, now, march(2), march(16))
    one, other = facts.of(event).days
    withdrawn, changed = await edited(office, event, now, days=(one, march(3, id=other.id)))
    assert (withdrawn.subject, withdrawn.method) == ("Muudatus: Strateegiaseminar", "CANCEL")
    assert "3. märts" in withdrawn.text
    assert "Enne: teisipäev, 16. märts" in withdrawn.text
    assert (changed.subject, changed.method) == ("Uus aeg: Strateegiaseminar", "REQUEST")


async def test_a_day_that_leaves_the_others_has_a_new_time(office: Office, now: datetime) -> None:
    event = await prepared(office, now, march(2), march(3))
    one, other = facts.of(event).days
    stays, apart = await edited(office, event, now, days=(one, march(20, id=other.id)))
    assert [letter.subject for letter in (stays, apart)] == ["Uus aeg: Strateegiaseminar"] * 2
    assert "Enne: kolmapäev, 3. märts" in apart.text
    assert (stays.sequence, apart.sequence) == (1, 0)
