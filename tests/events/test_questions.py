"""What an event asks: written, answered, changed, copied; and what people need, soon forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.audit.tables import AuditEntry
from service.errors import NotFound, Refused, Stale
from service.events import answered, drafting, needs, questionnaire, questions, registrants
from service.events.asking import Kind, Typed
from service.events.capacity import Standing
from service.events.needs import Needs
from service.events.office import Office
from service.events.questionnaire import Draft
from service.events.uploads import Upload
from service.languages.catalogues import translator
from service.upkeep import cleaning
from tests.support import asking, events


async def test_answers_are_kept_in_the_words_of_that_day(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    asked = await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO, asking.DRINK])
    await events.register(office=office, event=event, now=now, answers=asking.typed(asked, "yes", "kohv"))
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    drafts = questionnaire.of(asked, office.cluster.languages)
    changed = [replace(drafts[0], label={"et": "Midagi muud?"}), replace(drafts[1], options={"et": "Vesi\nTee"})]
    await asking.ask(office=office, event=event, now=now, drafts=changed)
    photos, drink = await answered.of_registration(registration_id=seated.id)
    assert (photos.asked, photos.said, drink.asked, drink.said) == ("Kas fotod sobivad?", translator("et").gettext("Yes"), "Jook?", "Kohv")
    (_, now_asked) = await questions.of(event_id=event.id)
    assert answered.in_words(drink, now_asked, language="en", order=["et"]) == "Kohv"
    assert answered.in_words(drink, asked[1], language="en", order=["et"]) == "Coffee"


async def test_a_question_that_was_answered_leaves_the_form_and_stays_in_the_list(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    asked = await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO, asking.DRINK, Draft(Kind.TEXT, {"en": "Why?"})])
    await events.register(office=office, event=event, now=now, answers=asking.typed(asked, "yes"))
    await asking.ask(office=office, event=event, now=now, drafts=[])
    assert await questions.of(event_id=event.id) == []
    assert [one.id for one in await questions.ever(event_id=event.id)] == [asked[0].id]
    await events.register(office=office, event=event, now=now, number=2)
    assert len(await answered.of_event(event_id=event.id)) == 1


async def test_a_required_answer_is_asked_for_at_its_field_and_nobody_is_registered(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    (asked, _) = await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO, asking.DRINK])
    with pytest.raises(Refused) as refused:
        await events.register(office=office, event=event, now=now)
    assert refused.value.problem.field == f"question.{asked.id}"
    assert (await registrants.counts(event_id=event.id)).everybody == 0


async def test_what_two_coordinators_write_at_once_is_not_mixed(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    mark = questions.fingerprint([], asks_diet=False, asks_access=False)
    await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO])
    with pytest.raises(Stale):
        await questions.save(
            cluster=office.cluster, event_id=event.id, drafts=[asking.CV], asks_diet=False, asks_access=False, mark=mark, now=now
        )


async def test_a_copy_asks_the_same_in_questions_of_its_own(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    asked = await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO, asking.DRINK], asks_diet=True)
    copy_id = await drafting.duplicate(cluster=office.cluster, event_id=event.id, now=now)
    copied = await questions.of(event_id=copy_id)
    assert [one.label for one in copied] == [one.label for one in asked]
    assert (copied[1].asked_when, copied[1].asked_if) == (copied[0].id, "yes")
    assert not {one.id for one in copied} & {one.id for one in asked}


async def test_a_file_is_kept_for_the_coordinators_of_its_event(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    (asked,) = await asking.ask(office=office, event=event, now=now, drafts=[asking.CV])
    pdf = Upload("cv.pdf", b"%PDF-1.7")
    await events.register(office=office, event=event, now=now, answers=Typed({}, {asked.id: pdf}))
    (seated,) = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    (answer,) = await answered.of_registration(registration_id=seated.id)
    where = {"registration_id": seated.id, "answer_id": answer.id}
    assert await answered.file(event_id=event.id, **where) == ("cv.pdf", pdf.content, "application/pdf")
    other = await events.published(cluster=office.cluster, now=now)
    with pytest.raises(NotFound):
        await answered.file(event_id=other.id, **where)


async def test_needs_are_asked_for_only_when_turned_on_and_forgotten_two_weeks_after_the_event(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    wanted = Needs(diet="no nuts", access="a lift")
    await events.register(office=office, event=event, now=now, needs=wanted)
    assert await needs.of_event(event_id=event.id) == []
    await asking.ask(office=office, event=event, now=now, drafts=[], asks_diet=True)
    await events.register(office=office, event=event, now=now, number=2, needs=wanted)
    (one,) = await needs.of_event(event_id=event.id)
    assert (one.name, one.diet, one.access) == ("Mari Maasikas 2", "no nuts", "")
    await cleaning.clean(now=event.ends_at + timedelta(days=14) - timedelta(seconds=1))
    assert len(await needs.of_event(event_id=event.id)) == 1
    await cleaning.clean(now=event.ends_at + timedelta(days=14))
    assert await needs.of_event(event_id=event.id) == []
    assert "nuts" not in str(await AuditEntry.select())
