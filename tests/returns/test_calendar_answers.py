"""What a calendar answers reaches the registration it is about, by the way of the mail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from service.calendars.replies import Answer as Said
from service.clusters.tables import Cluster
from service.errors import Stale
from service.events import answers, registration
from service.events.answers import Answered
from service.events.occasion import Occasion
from service.events.office import Office
from service.letters.links import Links
from service.persistence.engine import connection
from service.returns import answers as returned
from service.returns import calendar_answers, intake
from service.returns.intake import Arrival
from service.returns.reception import Reception
from service.returns.tables import Answer
from service.tokens import Keys
from tests.support import events, replies, returns
from tests.support.events import Posted
from tests.support.replies import Press


@dataclass
class Desk:
    """An event with one seat taken by Mari, and the mail that comes in."""

    reception: Reception
    office: Office
    event: Occasion
    press: Press
    now: datetime

    async def take(self, client: str = "google", *, to: str | None = None, **changes: object) -> Answer:
        """The attendee presses a button; what was written down about it."""
        press = replace(self.press, **changes)  # type: ignore[arg-type]
        arrival = Arrival(to or press.organizer, press.attendee, replies.content(press, client), "smtp")
        await intake.take(arrival, desk=self.reception, now=self.now)
        row = await Answer.objects().order_by(Answer.id, ascending=False).first()
        assert row is not None
        return row

    async def said(self) -> list[Answered]:
        """What stands answered."""
        return (await answers.of_event(event_id=self.event.id)).get(1, [])


async def desk_of(cluster: Cluster, links: Links, reception: Reception, now: datetime, **values: object) -> Desk:
    office = events.office(cluster, links)
    event = await events.published(cluster=cluster, now=now, **values)
    await events.register(office=office, event=event, now=now)
    async with connection() as raw:
        row = await raw.fetchrow("SELECT uid, organizer FROM invitation ORDER BY id LIMIT 1")
    assert row is not None
    return Desk(reception, office, event, Press(row["uid"], row["organizer"]), now + timedelta(hours=1))


@pytest.fixture
def reception(keys: Keys, tmp_path: Path) -> Reception:
    return returns.reception(keys, tmp_path, authserv_id="mx.kutse.example.org")


@pytest_asyncio.fixture(loop_scope="session")
async def desk(cluster: Cluster, links: Links, reception: Reception, now: datetime) -> Desk:
    return await desk_of(cluster, links, reception, now)


async def questions() -> list[Posted]:
    return [one for one in await events.posted() if "/cancel?declined" in one.text]


@pytest.mark.parametrize("client", replies.CLIENTS)
async def test_yes_is_recorded_whichever_calendar_says_it(desk: Desk, client: str) -> None:
    row = await desk.take(client)
    assert (row.state, row.reason, row.registration_id) == ("taken", "", 1)
    assert await desk.said() == [Answered(None, Said.ACCEPTED, is_old=False)]
    assert await questions() == []


async def test_perhaps_is_recorded_and_asks_nothing(desk: Desk) -> None:
    await desk.take(partstat="TENTATIVE")
    assert await desk.said() == [Answered(None, Said.TENTATIVE, is_old=False)]
    assert await questions() == []


@pytest.mark.parametrize("client", replies.CLIENTS)
async def test_who_declines_keeps_the_place_and_is_asked_in_their_language(desk: Desk, client: str) -> None:
    await desk.take(client, partstat="DECLINED")
    (letter,) = await questions()
    assert (letter.address, letter.language, letter.calendar) == ("mari1@example.org", "et", "")
    async with connection() as raw:
        assert await raw.fetchval("SELECT state FROM registration") == "seated"


async def test_the_same_answer_again_is_ignored_and_asks_no_second_time(desk: Desk) -> None:
    await desk.take(partstat="DECLINED")
    row = await desk.take("thunderbird", partstat="DECLINED")
    assert (row.state, row.reason) == ("kept", "doubled")
    assert (await desk.take(partstat="DECLINED", stamp="20261122T092000Z")).state == "taken"
    assert len(await questions()) == 1


async def test_yes_after_no_takes_the_question_back(desk: Desk) -> None:
    await desk.take(partstat="DECLINED")
    await desk.take(stamp="20261122T092000Z")
    assert [one.state for one in await questions()] == ["cancelled"]
    assert not await answers.is_declined(registration_id=1, now=desk.now)
    await desk.take(partstat="DECLINED", stamp="20261122T093000Z")
    assert [one.state for one in await questions()] == ["cancelled", "queued"]


async def test_an_earlier_answer_that_comes_late_changes_nothing(desk: Desk) -> None:
    await desk.take(stamp="20261122T092000Z")
    assert (await desk.take(partstat="DECLINED", stamp="20261122T091000Z")).reason == "doubled"
    assert await desk.said() == [Answered(None, Said.ACCEPTED, is_old=False)]


async def test_a_clock_that_runs_ahead_does_not_silence_what_is_said_later(desk: Desk) -> None:
    await desk.take(stamp="20991231T000000Z")
    assert (await desk.take(partstat="DECLINED", stamp="20261122T100500Z")).state == "taken"


async def test_an_answer_to_a_version_that_was_changed_since_is_ignored(desk: Desk) -> None:
    async with connection() as raw:
        await raw.execute("UPDATE invitation SET sequence = 1")
    assert (await desk.take()).reason == "stale"
    assert (await desk.take("outlook", sequence=1)).state == "taken"


async def test_a_yes_to_what_was_changed_since_is_shown_as_old(desk: Desk) -> None:
    await desk.take()
    async with connection() as raw:
        await raw.execute("UPDATE invitation SET sequence = 1")
    assert await desk.said() == [Answered(None, Said.ACCEPTED, is_old=True)]


async def test_somebody_to_whom_the_invitation_was_passed_on_gets_no_word_in_it(desk: Desk) -> None:
    row = await desk.take("outlook", attendee="jaan@example.net", partstat="DECLINED")
    assert (row.state, row.reason, row.trust) == ("kept", "foreign", "token")
    assert await desk.said() == []


async def test_without_the_token_it_is_forged_and_with_our_server_s_word_it_is_not(desk: Desk, cluster: Cluster) -> None:
    assert (await desk.take("apple", to=cluster.sender_address)).reason == "forged"
    believed = b"Authentication-Results: mx.kutse.example.org; dmarc=pass header.from=example.org\r\n"
    content = believed + replies.content(replace(desk.press, stamp="20261122T093000Z"), "apple")
    await intake.take(Arrival(cluster.sender_address, "mari1@example.org", content, "smtp"), desk=desk.reception, now=desk.now)
    assert await desk.said() == [Answered(None, Said.ACCEPTED, is_old=False)]


async def test_another_entry_s_uid_is_no_answer_to_this_one(desk: Desk) -> None:
    assert (await desk.take(uid="9@elsewhere.example")).reason == "unknown"


async def test_a_place_that_was_given_back_is_not_taken_again_by_a_calendar(desk: Desk) -> None:
    await registration.cancel(office=desk.office, event_id=desk.event.id, registration_id=1, by="attendee", now=desk.now)
    assert (await desk.take()).reason == "gone"


async def test_after_the_event_nothing_is_asked(desk: Desk) -> None:
    desk.now = desk.event.ends_at + timedelta(minutes=1)
    assert (await desk.take(partstat="DECLINED")).reason == "gone"


def three_days(now: datetime) -> tuple[object, ...]:
    return tuple(events.day(now + timedelta(days=30 + step)) for step in range(3))


@pytest.mark.parametrize(
    "line", ["RECURRENCE-ID;TZID=Europe/Tallinn:20261223T110000", "RECURRENCE-ID:20261223T090000Z", "RECURRENCE-ID;VALUE=DATE:20261223"]
)
async def test_one_day_is_answered_by_itself(cluster: Cluster, links: Links, reception: Reception, now: datetime, line: str) -> None:
    desk = await desk_of(cluster, links, reception, now, days=three_days(now))
    await desk.take()
    await desk.take(partstat="DECLINED", day=line, stamp="20261122T092000Z")
    assert await desk.said() == [Answered(None, Said.ACCEPTED, is_old=False), Answered(date(2026, 12, 23), Said.DECLINED, is_old=False)]
    assert await questions() == []


async def test_a_later_word_to_the_whole_covers_the_days(cluster: Cluster, links: Links, reception: Reception, now: datetime) -> None:
    desk = await desk_of(cluster, links, reception, now, days=three_days(now))
    await desk.take(partstat="DECLINED", day="RECURRENCE-ID:20261223T090000Z")
    await desk.take(stamp="20261122T092000Z")
    assert await desk.said() == [Answered(None, Said.ACCEPTED, is_old=False)]


async def test_of_two_dates_apart_both_must_be_declined_before_the_place_is_asked_for(
    cluster: Cluster, links: Links, reception: Reception, now: datetime
) -> None:
    days = (events.day(now + timedelta(days=30)), events.day(now + timedelta(days=60)))
    desk = await desk_of(cluster, links, reception, now, days=days)
    await desk.take(partstat="DECLINED")
    assert await questions() == []
    async with connection() as raw:
        other = await raw.fetchrow("SELECT uid, organizer FROM invitation WHERE organizer <> $1", desk.press.organizer)
    assert other is not None
    await desk.take(partstat="DECLINED", uid=other["uid"], organizer=other["organizer"], stamp="20261122T091501Z")
    assert len(await questions()) == 1


@pytest.mark.parametrize("client", ["google", "outlook"])
async def test_another_time_is_for_the_coordinator_until_it_is_handled(desk: Desk, cluster: Cluster, client: str) -> None:
    row = await desk.take(
        client,
        method="COUNTER",
        partstat="TENTATIVE",
        starts="20261223T080000Z",
        ends="20261223T100000Z",
        comment="Kas sobiks kolmapäeval?",
    )
    assert (row.state, row.registration_id) == ("open", 1)
    assert row.text == "Kas sobiks kolmapäeval?"
    assert calendar_answers.reply_of(row).proposed == (datetime(2026, 12, 23, 8, tzinfo=UTC), datetime(2026, 12, 23, 10, tzinfo=UTC))
    assert await desk.said() == []
    assert await calendar_answers.proposals(cluster_id=cluster.id, event_id=desk.event.id) == {1: row.id}
    (letter,) = [one for one in await events.posted() if one.about == f"answer:{row.id}"]
    assert (letter.address, letter.language, letter.state) == (cluster.contact_address, cluster.languages[0], "queued")
    for words in ("kolmapäev, 23. detsember 2026, 10:00–12:00", "Strateegiaseminar", "> Kas sobiks kolmapäeval?"):
        assert words in letter.text
    await calendar_answers.handle(cluster_id=cluster.id, answer_id=row.id, actor_id=1, now=desk.now)
    assert await calendar_answers.proposals(cluster_id=cluster.id, event_id=desk.event.id) == {}
    with pytest.raises(Stale):
        await calendar_answers.handle(cluster_id=cluster.id, answer_id=row.id, actor_id=1, now=desk.now)


async def test_proposals_without_end_and_one_s_own_are_not_written_about(
    desk: Desk, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def letters() -> int:
        return len([one for one in await events.posted() if one.about.startswith("answer:")])

    monkeypatch.setattr(returned, "OF_A_SENDER", 2)
    for minute in range(3):
        row = await desk.take(method="COUNTER", partstat="TENTATIVE", stamp=f"20261122T09{minute:02}00Z")
        assert row.state == "open"
    assert await letters() == 2
    monkeypatch.setattr(returned, "OF_A_SENDER", 9)
    async with connection() as raw:
        await raw.execute("UPDATE cluster SET contact_address = 'mari1@example.org'")
    assert (await desk.take(method="COUNTER", partstat="TENTATIVE", stamp="20261122T093000Z")).state == "open"
    assert await letters() == 2


async def test_what_waited_from_before_is_applied(desk: Desk) -> None:
    row = await desk.take(partstat="TENTATIVE")
    async with connection() as raw:
        await raw.execute("DELETE FROM calendar_answer")
        await raw.execute("UPDATE returned_answer SET state = 'waiting', registration_id = NULL")
    assert await calendar_answers.take_waiting(desk=desk.reception, now=desk.now) == 1
    assert await desk.said() == [Answered(None, Said.TENTATIVE, is_old=False)]
    assert (await Answer.objects().get(Answer.id == row.id)).state == "taken"  # type: ignore[union-attr]
    assert await calendar_answers.take_waiting(desk=desk.reception, now=desk.now) == 0
