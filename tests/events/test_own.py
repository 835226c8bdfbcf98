"""What people do about their own registration: change it, hand it on, disown it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.errors import Refused, TooMany
from service.events import answered, approving, changes, disowning, facts, handing, needs, programme, registrants, registration, revising
from service.events.asking import Typed
from service.events.capacity import Standing
from service.events.needs import NONE, Needs
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.events.terms import Access, Terms
from service.events.uploads import Upload
from service.people import directory, organisations
from tests.support import asking, events


async def seated(event: Occasion) -> list[Registrant]:
    """Who has a seat."""
    return await registrants.standing(event_id=event.id, state=Standing.SEATED)


async def mari(office: Office, now: datetime, **values: Any) -> tuple[Occasion, Registrant]:
    """An event with one person."""
    event = await events.published(cluster=office.cluster, now=now, capacity=1, **values)
    await events.register(office=office, event=event, now=now)
    return event, (await seated(event))[0]


async def revise(office: Office, event: Occasion, one: Registrant, now: datetime, **values: Any) -> Registrant:
    """Change a registration."""
    await revising.revise(
        office=office, event_id=event.id, registration_id=one.id, form=events.form(address=one.address, **values), now=now
    )
    return await registrants.in_event(event_id=event.id, registration_id=one.id)


async def test_a_change_keeps_the_seat_and_writes_the_organisation_of_today(office: Office, now: datetime) -> None:
    event, one = await mari(office, now)
    there = await organisations.add(cluster_id=office.cluster.id, name="Kuup OÜ", registry_code="12345678", now=now)
    after = await revise(office, event, one, now, name="Mari Tamm", organisation="kuup", role="juht")
    assert (after.name, after.role, after.organisation, after.organisation_id) == ("Mari Tamm", "juht", "kuup", there.id)
    assert (after.state, after.position, after.address) == (Standing.SEATED, one.position, one.address)
    await events.register(office=office, event=event, now=now, name="mari tamm")
    assert (await registrants.counts(event_id=event.id)).everybody == 1


async def test_another_language_alone_sends_nothing_and_foretells_nothing(office: Office, now: datetime) -> None:
    event, one = await mari(office, now)
    await revise(office, event, one, now, language="ru")
    found = await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)
    forecast = await changes.foresee(office=office, event_id=event.id, facts=facts.of(found), version=found.version, now=now)
    assert forecast.letters == 0
    assert len(await events.posted()) == 1


async def test_answers_are_changed_a_file_stays_until_it_is_taken_away_and_hidden_answers_go(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    photos, drink, cv = await asking.ask(
        office=office, event=event, now=now, drafts=[asking.YES_NO, asking.DRINK, asking.CV], asks_diet=True
    )
    said = Typed({photos.id: ["yes"], drink.id: ["tee"]}, {cv.id: Upload("cv.pdf", b"%PDF-1")})
    await events.register(office=office, event=event, now=now, answers=said, needs=Needs(diet="no nuts"))
    (one,) = await seated(event)
    await revise(office, event, one, now, answers=Typed({photos.id: ["no"], drink.id: ["tee"]}, {}, {cv.id}))
    found = await answered.of_registration(registration_id=one.id)
    assert [(answer.question_id, answer.is_file) for answer in found] == [(photos.id, False), (cv.id, True)]
    assert await needs.of_registration(registration_id=one.id) == NONE
    await revise(office, event, one, now, answers=Typed({photos.id: ["no"]}, {}))
    assert [answer.question_id for answer in await answered.of_registration(registration_id=one.id)] == [photos.id]
    with pytest.raises(Refused) as refused:
        await revise(office, event, one, now, answers=Typed({}, {}), name="")
    assert {problem.field for problem in refused.value.problems} == {"name", f"question.{photos.id}"}


async def test_whoever_waits_for_a_seat_of_an_organisation_and_is_from_another_gets_it(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=2, terms=Terms(organisation_limit=1))
    for number in (1, 2):
        await events.register(office=office, event=event, now=now, number=number)
    (waits,) = await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)
    after = await revise(office, event, waits, now, name=waits.name, organisation="Kuup OÜ")
    assert (after.state, [letter.method for letter in await events.posted()]) == (Standing.SEATED, ["REQUEST", None, "REQUEST"])


async def test_nobody_becomes_somebody_else_who_shares_the_address_or_changes_what_is_over(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    for name in ("Mari Maasikas", "Jaan Tamm"):
        await events.register(office=office, event=event, now=now, name=name, address="koos@example.org")
    one, _ = await seated(event)
    with pytest.raises(Refused) as refused:
        await revise(office, event, one, now, name="jaan tamm")
    assert refused.value.problem.field == "name"
    with pytest.raises(Refused):
        await revise(office, event, one, event.ends_at)


async def hand_on(office: Office, event: Occasion, one: Registrant, now: datetime, number: int = 9, **values: Any) -> None:
    """Somebody else comes instead."""
    form = events.form(number, language=one.language, organisation=one.organisation, **values)
    await handing.hand_on(office=office, event_id=event.id, registration_id=one.id, form=form, now=now)


async def test_a_place_goes_with_its_state_and_position_and_both_calendars_are_right(office: Office, now: datetime) -> None:
    event, one = await mari(office, now)
    await events.register(office=office, event=event, now=now, number=2)
    (asked,) = await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO])
    await revise(office, event, one, now, answers=asking.typed([asked], "yes"))
    await hand_on(office, event, one, now)
    (taker,) = await seated(event)
    giver = await registrants.in_event(event_id=event.id, registration_id=one.id)
    assert (taker.address, taker.position, taker.seated_at, taker.organisation) == (
        "mari9@example.org",
        one.position,
        one.seated_at,
        one.organisation,
    )
    assert (giver.state, giver.handed_to, giver.handed_to_name) == (Standing.CANCELLED, taker.id, "Mari Maasikas 9")
    assert (await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)).seats_taken == 1
    assert await answered.of_registration(registration_id=taker.id) == []
    first, waits, cancel, request = await events.posted()
    assert (cancel.address, cancel.method, cancel.sequence, cancel.property("UID")) == (one.address, "CANCEL", 1, first.property("UID"))
    assert "Mari Maasikas 9" in cancel.text
    assert (request.address, request.method, request.sequence) == ("mari9@example.org", "REQUEST", 0)
    assert request.property("UID") != first.property("UID")
    assert "Mari Maasikas 1" in request.text
    assert "/not-me/" in request.text
    assert waits.address == "mari2@example.org"


async def test_a_place_in_line_is_handed_on_as_one(office: Office, now: datetime) -> None:
    event, _ = await mari(office, now)
    for number in (2, 3):
        await events.register(office=office, event=event, now=now, number=number)
    second, third = await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)
    await hand_on(office, event, second, now)
    line = await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)
    assert [(one.address, one.waits_for, one.position) for one in line] == [
        ("mari9@example.org", second.waits_for, second.position),
        (third.address, third.waits_for, third.position),
    ]
    *_, told, new = await events.posted()
    assert (told.method, new.method) == (None, None)


@pytest.mark.parametrize("terms", [Terms(), Terms(confirm_hours=24)])
async def test_a_colleague_who_waits_gets_the_seat_itself_with_what_they_had_answered(office: Office, now: datetime, terms: Terms) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1, terms=terms)
    (asked,) = await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO])
    for number in (1, 2, 3):
        await events.register(
            office=office, event=event, now=now, number=number, answers=asking.typed([asked], "yes"), needs=Needs(access=f"ramp {number}")
        )
    (one,) = await seated(event)
    await hand_on(office, event, one, now, number=3)
    (taker,) = await seated(event)
    assert (taker.address, taker.position) == ("mari3@example.org", one.position)
    assert len(await answered.of_registration(registration_id=taker.id)) == 1
    assert [waits.address for waits in await registrants.standing(event_id=event.id, state=Standing.WAITLISTED)] == ["mari2@example.org"]
    assert (await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)).seats_taken == 1
    assert [(letter.address, letter.method) for letter in (await events.posted())[3:]] == [
        ("mari1@example.org", "CANCEL"),
        ("mari3@example.org", "REQUEST"),
    ]


async def test_a_colleague_with_a_seat_on_offer_takes_the_one_handed_on_and_the_offer_goes_to_the_next(
    office: Office, now: datetime
) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=2, terms=Terms(confirm_hours=24))
    for number in (1, 2, 3, 4):
        await events.register(office=office, event=event, now=now, number=number)
    one, two = await seated(event)
    await registration.cancel(office=office, event_id=event.id, registration_id=one.id, by="attendee", now=now)
    await hand_on(office, event, two, now, number=3)
    assert [registrant.address for registrant in await seated(event)] == ["mari3@example.org"]
    assert [one.address for one in await registrants.standing(event_id=event.id, state=Standing.OFFERED)] == ["mari4@example.org"]
    assert (await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)).seats_taken == 2


async def test_a_place_handed_to_somebody_who_has_one_goes_to_the_next_and_nobody_can_tell(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=2)
    for number in (1, 2, 3):
        await events.register(office=office, event=event, now=now, number=number)
    one, two = await seated(event)
    await hand_on(office, event, one, now, number=2)
    assert {registrant.address for registrant in await seated(event)} == {two.address, "mari3@example.org"}
    giver = await registrants.in_event(event_id=event.id, registration_id=one.id)
    assert (giver.handed_to, giver.handed_to_name) == (two.id, "Mari Maasikas 2")
    assert [letter.address for letter in await events.posted()][3:] == ["mari1@example.org", "mari3@example.org", "mari2@example.org"]


@pytest.mark.parametrize(
    "terms", [{"access": Access.MEMBERS}, {"access": Access.INVITED}, {"by_approval": True}, {"members_first_until": timedelta(days=1)}]
)
async def test_where_the_organisers_decide_who_comes_they_decide_about_that_too(
    office: Office, now: datetime, terms: dict[str, Any]
) -> None:
    values: dict[str, Any] = {name: now + value if isinstance(value, timedelta) else value for name, value in terms.items()}
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(**values))
    await registration.add(office=office, event_id=event.id, form=events.form(), actor_id=1, now=now)
    (one,) = await seated(event)
    with pytest.raises(Refused):
        await hand_on(office, event, one, now)


async def test_a_place_is_not_handed_to_oneself_nor_twice_nor_once_it_has_begun(office: Office, now: datetime) -> None:
    event, one = await mari(office, now)
    with pytest.raises(Refused) as refused:
        await hand_on(office, event, one, now, number=1, name="MARI MAASIKAS 1")
    assert refused.value.problem.field == "name"
    with pytest.raises(Refused):
        await hand_on(office, event, one, event.starts_at)
    await hand_on(office, event, one, now)
    with pytest.raises(Refused):
        await hand_on(office, event, one, now, number=8)


async def test_one_address_is_not_flooded_by_handing_on(office: Office, now: datetime) -> None:
    event, one = await mari(office, now)
    for _ in range(20):
        with pytest.raises(Refused):
            await hand_on(office, event, one, event.starts_at)
    with pytest.raises(TooMany):
        await hand_on(office, event, one, event.starts_at)


async def test_not_me_gives_the_place_back_and_leaves_no_word_about_the_person(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=2)
    (asked,) = await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO], asks_diet=True)
    said = {"answers": asking.typed([asked], "yes"), "needs": Needs(diet="no nuts")}
    await registration.register(
        office=office,
        event_id=event.id,
        form=events.form(1, **said),
        colleagues=[events.form(2, **said), events.form(3, **said)],
        network="net",
        now=now,
    )
    _, colleague = await seated(event)
    await disowning.disown(office=office, event_id=event.id, registration_id=colleague.id, now=now)
    await disowning.disown(office=office, event_id=event.id, registration_id=colleague.id, now=now)
    after = await registrants.in_event(event_id=event.id, registration_id=colleague.id)
    assert (after.state, after.name, after.address, after.organisation, after.role) == (Standing.CANCELLED, "", "", "", "")
    assert await answered.of_registration(registration_id=colleague.id) == []
    assert await needs.of_registration(registration_id=colleague.id) == NONE
    person = await directory.find(cluster_id=office.cluster.id, address="mari2@example.org")
    assert person is not None
    assert person.name == ""
    assert [one.address for one in await seated(event)] == ["mari1@example.org", "mari3@example.org"]
    assert [letter.address for letter in await events.posted()][3:] == ["mari2@example.org", "mari3@example.org"]


async def test_two_who_were_declined_with_one_address_both_take_their_names_off(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(by_approval=True))
    await registration.register(
        office=office,
        event_id=event.id,
        form=events.form(1),
        colleagues=[events.form(number, address="koos@example.org") for number in (2, 3)],
        network="net",
        now=now,
    )
    brought = [one for one in await registrants.standing(event_id=event.id, state=Standing.PENDING) if one.brought_by]
    for one in brought:
        await approving.decline(office=office, event_id=event.id, registration_ids=[one.id], words="", actor_id=1, now=now)
        await disowning.disown(office=office, event_id=event.id, registration_id=one.id, now=now)
    after = [await registrants.in_event(event_id=event.id, registration_id=one.id) for one in brought]
    assert [(one.state, one.name) for one in after] == [(Standing.CANCELLED, "")] * 2  # nobody can still accept them


async def test_not_me_after_a_transfer_forgets_the_name_that_was_typed(office: Office, now: datetime) -> None:
    event, one = await mari(office, now)
    await hand_on(office, event, one, now)
    (taker,) = await seated(event)
    await disowning.disown(office=office, event_id=event.id, registration_id=taker.id, now=now)
    giver = await registrants.in_event(event_id=event.id, registration_id=one.id)
    assert (giver.handed_to, giver.handed_to_name) == (taker.id, "")
    assert await seated(event) == []


async def test_not_me_is_for_whom_somebody_else_wrote_down_and_in_time(office: Office, now: datetime) -> None:
    event, one = await mari(office, now)
    with pytest.raises(Refused):
        await disowning.disown(office=office, event_id=event.id, registration_id=one.id, now=now)
    await hand_on(office, event, one, now)
    (taker,) = await seated(event)
    with pytest.raises(Refused):
        await disowning.disown(office=office, event_id=event.id, registration_id=taker.id, now=event.ends_at)
