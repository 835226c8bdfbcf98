"""Double opt-in: the form asks, the mailbox answers."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from service.clusters.tables import Cluster
from service.errors import Gone, NotFound, Refused, TooMany
from service.letters.links import Links
from service.people import directory
from service.people.tables import Person
from service.subscriptions import leaving, optin, preferences
from service.subscriptions.tables import Consent, How, Optin, Subscription
from tests.support import factories
from tests.support.subscriptions import ask, offered, outbox, rows, subscriber


async def only_optin() -> Optin:
    (found,) = await Optin.objects()
    return found


async def test_asking_writes_the_words_and_posts_a_letter_and_nothing_else(cluster: Cluster, links: Links, now: datetime) -> None:
    known = await offered(cluster)
    await ask(cluster=cluster, links=links, now=now, address="Mari@Öökull.example.org", slugs=("newsletter", "funding"))
    pending = await only_optin()
    assert pending.address == "Mari@xn--kull-4qaa.example.org"
    assert pending.topic_ids == [known["newsletter"].id, known["funding"].id]
    assert "Ida-Viru Loomeklaster" in pending.words
    assert pending.words_language == "et"
    (copy,) = await outbox()
    assert (copy.kind, copy.address, copy.language, copy.about) == ("service", pending.address, "et", f"optin:{pending.id}")
    assert copy.slots["confirm_url"] == links.confirm(optin_id=pending.id, expires_at=pending.expires_at)
    assert copy.expires_at == now + timedelta(days=7)
    assert await Person.count() == await Subscription.count() == await Consent.count() == 0


async def test_yes_makes_the_person_the_subscriptions_and_the_ledger(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    await ask(cluster=cluster, links=links, now=now, slugs=("newsletter", "events"))
    pending = await only_optin()
    later = now + timedelta(hours=3)
    await optin.confirm(optin_id=pending.id, links=links, now=later)
    assert await rows("SELECT address, name, language FROM person") == [("mari@example.org", "Mari", "et")]
    assert await rows("SELECT state, since, left_at FROM subscription") == [("active", later, None)] * 2
    assert (
        await rows("SELECT act, how, words, language, shown_at, at FROM consent")
        == [("given", "opt-in", pending.words, "et", now, later)] * 2
    )
    assert [copy.about for copy in await outbox()] == [f"optin:{pending.id}", "person:1"]


async def test_a_second_yes_changes_nothing_even_after_leaving(cluster: Cluster, links: Links, now: datetime) -> None:
    known = await offered(cluster)
    await ask(cluster=cluster, links=links, now=now)
    await optin.confirm(optin_id=1, links=links, now=now)
    await leaving.leave(person_id=1, list_id=known["newsletter"].list_id, how=How.PAGE, now=now)
    await optin.confirm(optin_id=1, links=links, now=now + timedelta(days=30))
    assert await rows("SELECT state FROM subscription") == [("left",)]
    assert len(await outbox()) == 2


async def test_two_yeses_at_once_count_once(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    await ask(cluster=cluster, links=links, now=now, slugs=("newsletter", "events"))
    await asyncio.gather(*(optin.confirm(optin_id=1, links=links, now=now) for _ in range(6)))
    assert await Subscription.count() == 2
    assert await Consent.count() == 2
    assert len(await outbox()) == 2


async def test_two_requests_for_one_address_confirmed_at_once_make_one_person(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    await ask(cluster=cluster, links=links, now=now, slugs=("newsletter", "events"))
    await ask(cluster=cluster, links=links, now=now, address="MARI@example.org", slugs=("events", "newsletter"))
    await asyncio.gather(*(optin.confirm(optin_id=one, links=links, now=now) for one in (1, 2)))
    assert await Person.count() == 1
    assert await Subscription.count() == 2


async def test_a_strangers_form_never_changes_a_record(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    await factories.person(cluster=cluster, now=now, name="Mari Maasikas", language="ru")
    await ask(cluster=cluster, links=links, now=now, name="Somebody Else")
    assert await rows("SELECT name, language FROM person") == [("Mari Maasikas", "ru")]
    (question,) = await outbox()
    assert question.name == "Mari Maasikas"


async def test_the_first_yes_brings_the_language_and_leaves_a_known_name(cluster: Cluster, links: Links, now: datetime) -> None:
    """A colleague may have registered them in another language; who confirms from their own mailbox has chosen."""
    await offered(cluster)
    await factories.person(cluster=cluster, now=now, name="Mari Maasikas", language="ru")
    await ask(cluster=cluster, links=links, now=now, name="Somebody Else")
    await optin.confirm(optin_id=1, links=links, now=now)
    assert await rows("SELECT name, language FROM person") == [("Mari Maasikas", "et")]
    _question, welcome = await outbox()
    assert welcome.language == "et"


async def test_a_later_yes_leaves_the_language_of_a_reader(cluster: Cluster, links: Links, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now)
    await directory.describe(person_id=mari.id, name=mari.name, language="ru")
    await ask(cluster=cluster, links=links, now=now, slugs=("newsletter", "events"))
    await optin.confirm(optin_id=(await only_optin()).id, links=links, now=now)
    assert await rows("SELECT language FROM person") == [("ru",)]


async def test_who_reads_it_all_already_gets_the_way_to_the_preferences(cluster: Cluster, links: Links, now: datetime) -> None:
    mari = await subscriber(cluster=cluster, now=now, slugs=("newsletter", "events"))
    await ask(cluster=cluster, links=links, now=now, address="MARI@example.org", slugs=("newsletter",))
    assert await Optin.count() == 0
    (copy,) = await outbox()
    assert (copy.kind, copy.address, copy.about) == ("service", "mari@example.org", f"person:{mari.id}")


async def test_who_reads_a_part_is_asked_about_the_whole(cluster: Cluster, links: Links, now: datetime) -> None:
    await subscriber(cluster=cluster, now=now)
    await ask(cluster=cluster, links=links, now=now, slugs=("newsletter", "events"))
    assert (await only_optin()).address == "mari@example.org"


async def test_opting_in_anew_lifts_what_leaving_had_silenced_and_only_that(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    mari = await subscriber(cluster=cluster, now=now, slugs=("newsletter", "events"))
    await leaving.leave_everything(person_id=mari.id, how=How.PAGE, now=now)
    await ask(cluster=cluster, links=links, now=now)
    await optin.confirm(optin_id=1, links=links, now=now)
    assert await rows("SELECT scope FROM suppression") == [("events.loomeklaster.kutse.example.org",)]
    found = await preferences.of(person_id=mari.id)
    assert found is not None
    assert [topic.slug for topic in found.topics if topic.id in found.standing.heard] == ["newsletter"]


async def test_a_request_expires_after_seven_days(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    await ask(cluster=cluster, links=links, now=now)
    with pytest.raises(Gone, match="subscribe again"):
        await optin.confirm(optin_id=1, links=links, now=now + timedelta(days=7, seconds=1))
    assert await Person.count() == 0


async def test_an_unknown_request_is_not_found(cluster: Cluster, links: Links, now: datetime) -> None:
    with pytest.raises(NotFound):
        await optin.confirm(optin_id=99, links=links, now=now)


async def test_every_problem_of_the_form_is_told_at_once(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    wish = optin.Wish(address="mari", name="https://example.org", language="pl", topics=())
    with pytest.raises(Refused) as refusal:
        await optin.request(cluster=cluster, wish=wish, shown_in="et", network="192.0.2.7", links=links, now=now)
    assert [problem.field for problem in refusal.value.problems] == ["topics", "address", "name", "language"]
    assert await Optin.count() == 0


async def test_an_unknown_topic_is_refused(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    with pytest.raises(Refused, match="not offered any more"):
        await ask(cluster=cluster, links=links, now=now, slugs=("newsletter", "gossip"))


async def test_an_address_that_had_enough_gets_no_more_letters_and_nobody_sees_it(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    for time in range(optin.PER_ADDRESS + 2):
        await ask(cluster=cluster, links=links, now=now + time * optin.TWICE)
    assert len(await outbox()) == optin.PER_ADDRESS
    await ask(cluster=cluster, links=links, now=now + timedelta(hours=1))
    assert len(await outbox()) == optin.PER_ADDRESS + 1


async def test_a_button_pressed_twice_asks_once_and_another_wish_asks_again(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    await asyncio.gather(*(ask(cluster=cluster, links=links, now=now) for _ in range(2)))
    assert len(await outbox()) == 1
    await ask(cluster=cluster, links=links, now=now, slugs=("funding",))
    assert len(await outbox()) == 2


async def test_an_address_is_not_pestered_hour_after_hour(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    for hour in range(optin.PER_ADDRESS_A_DAY + 2):
        await ask(cluster=cluster, links=links, now=now + timedelta(hours=hour))
    assert len(await outbox()) == optin.PER_ADDRESS_A_DAY


async def test_a_network_that_asks_too_often_is_told_to_wait(
    cluster: Cluster, links: Links, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optin, "PER_NETWORK", 2)
    await offered(cluster)
    for one in ("a@example.org", "b@example.org"):
        await ask(cluster=cluster, links=links, now=now, address=one)
    with pytest.raises(TooMany):
        await ask(cluster=cluster, links=links, now=now, address="c@example.org")


async def test_a_cluster_takes_only_so_many_requests_an_hour(
    cluster: Cluster, links: Links, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optin, "PER_CLUSTER", 1)
    await offered(cluster)
    await ask(cluster=cluster, links=links, now=now, address="a@example.org")
    with pytest.raises(TooMany):
        await ask(cluster=cluster, links=links, now=now, address="b@example.org")


async def test_requests_are_forgotten_thirty_days_after_they_expired(cluster: Cluster, links: Links, now: datetime) -> None:
    await offered(cluster)
    await ask(cluster=cluster, links=links, now=now)
    assert await optin.forget_expired(now=now + timedelta(days=36)) == 0
    assert await optin.forget_expired(now=now + timedelta(days=38)) == 1
