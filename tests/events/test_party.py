"""Several people on one form: each with a seat or a place in line, a letter and a page of their own."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.errors import Refused
from service.events import registrants, registration
from service.events.capacity import Standing
from service.events.form import Form
from service.events.office import Office
from service.people import organisations
from tests.support import asking, events


async def bring(office: Office, event_id: int, now: datetime, *colleagues: Form, host: Form | None = None) -> None:
    """Mari Maasikas 1 registers these as well."""
    await registration.register(
        office=office, event_id=event_id, form=host or events.form(1), colleagues=colleagues, network="198.51.100.7", now=now
    )


async def test_each_gets_what_is_left_when_their_turn_comes(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=2)
    await bring(office, event.id, now, *(events.form(number) for number in (2, 3, 4)))
    seated, waiting = [
        [one.name for one in await registrants.standing(event_id=event.id, state=state)] for state in (Standing.SEATED, Standing.WAITLISTED)
    ]
    assert (seated, waiting) == (["Mari Maasikas 1", "Mari Maasikas 2"], ["Mari Maasikas 3", "Mari Maasikas 4"])
    letters = await events.posted()
    assert [(one.address, one.method) for one in letters] == [
        ("mari1@example.org", "REQUEST"),
        ("mari2@example.org", "REQUEST"),
        ("mari3@example.org", None),
        ("mari4@example.org", None),
    ]


async def test_each_colleagues_letter_names_who_brought_them_and_nobody_else(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await bring(office, event.id, now, events.form(2), events.form(3, address="mari2@example.org"))
    host, first, second = await events.posted()
    for letter, other in ((first, "Mari Maasikas 3"), (second, "Mari Maasikas 2")):
        assert "Mari Maasikas 1" in letter.text
        assert "/not-me/" in letter.text
        assert other not in letter.text
    assert "/not-me/" not in host.text
    assert first.property("UID") != second.property("UID")


async def test_one_who_was_registered_already_is_told_so_and_the_others_come_in(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await events.register(office=office, event=event, now=now, number=2)
    await bring(office, event.id, now, events.form(2), events.form(3))
    assert (await registrants.counts(event_id=event.id)).seated == 3
    (known,) = [one for one in await registrants.standing(event_id=event.id, state=Standing.SEATED) if one.address == "mari2@example.org"]
    assert (known.brought_by, known.brought_by_name) == (None, "")


async def test_what_is_wrong_is_said_at_the_persons_own_fields_and_nobody_comes_in(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    (asked,) = await asking.ask(office=office, event=event, now=now, drafts=[asking.YES_NO])
    yes = asking.typed([asked], "yes")
    with pytest.raises(Refused) as refused:
        await bring(
            office,
            event.id,
            now,
            events.form(2, answers=yes, address="mari@"),
            events.form(3, role="x" * 121),
            host=events.form(1, answers=yes),
        )
    assert {problem.field for problem in refused.value.problems} == {"person.1.address", "person.2.role", f"person.2.question.{asked.id}"}
    with pytest.raises(Refused) as refused:
        await bring(office, event.id, now, events.form(1, answers=yes, name="MARI maasikas 1"), host=events.form(1, answers=yes))
    assert [problem.field for problem in refused.value.problems] == ["person.1.name"]
    assert await events.posted() == []


async def test_a_form_takes_twenty_people_in_a_language_of_the_cluster(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    with pytest.raises(Refused, match="at most"):
        await bring(office, event.id, now, *(events.form(number) for number in range(2, 22)))
    with pytest.raises(Refused) as refused:
        await bring(office, event.id, now, events.form(2, language="xx"), host=events.form(1, language="xx"))
    assert [problem.field for problem in refused.value.problems] == ["language"]


async def test_the_organisation_is_kept_as_typed_and_as_the_directory_has_it_today(office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    there = await organisations.add(cluster_id=office.cluster.id, name="Narva Disainimaja OÜ", registry_code="12345678", now=now)
    await bring(office, event.id, now, events.form(2, organisation="Keegi Tundmatu"), host=events.form(1, organisation="narva disainimaja"))
    known, unknown = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    assert (known.organisation, known.organisation_name, known.registry_code) == ("narva disainimaja", "Narva Disainimaja OÜ", "12345678")
    assert (known.organisation_id, known.organisation_key) == (there.id, f"id:{there.id}")
    assert (unknown.organisation_id, unknown.organisation_name) == (None, "")
