"""What is there once the sample clusters are loaded."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from service.clusters import directory, fundings, images
from service.clusters.tables import Cluster
from service.events import agenda, browsing, programme, questions, series
from service.events.occasion import Kind, Occasion
from service.events.tables import Registration
from service.letters.letter import Letter
from service.letters.links import Links
from service.mailings import content, editions, proof
from service.mailings.tables import Mailing
from service.people.tables import Person
from service.persistence.engine import connection
from service.sample import loading
from tests.conftest import empty

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def loaded(_pool: None, links: Links) -> AsyncIterator[dict[str, Cluster]]:
    """The sample clusters by slug, loaded once for the tests that only look at them."""
    clusters = await loading.load(links=links, mail_domain="kutse.example.org", now=NOW)
    yield {cluster.slug: cluster for cluster in clusters}
    await empty()


async def test_what_is_loaded(loaded: dict[str, Cluster], links: Links) -> None:
    """One test: several processes would each load everything for their part of it."""
    await _there_are_two_hundred_people_and_all_of_them_live_at_a_domain_of_nobody(loaded)
    await _one_event_is_full_and_has_a_waitlist(loaded)
    await _loading_sends_a_letter_to_each_attendee_and_no_others(loaded)
    await _the_lists_can_be_narrowed_by_topic_and_language(loaded)
    await _the_seminars_of_tartu_are_dates_of_one_series(loaded)
    await _the_conference_has_an_agenda_with_two_workshops_that_people_have_chosen_between(loaded)
    await _a_training_asks_two_questions_and_two_requests_with_answers_wait_for_the_coordinator(loaded)
    await _newsletters_are_as_long_as_real_ones(loaded, links)
    await _one_newsletter_is_scheduled_and_one_is_a_draft(loaded)
    await _the_draft_could_be_sent_as_it_is(loaded)
    await _every_cluster_has_a_logo_of_its_own_and_a_funder_to_thank(loaded)
    await _the_closed_meeting_of_the_project_team_stays_a_draft(loaded)


async def _there_are_two_hundred_people_and_all_of_them_live_at_a_domain_of_nobody(loaded: dict[str, Cluster]) -> None:
    addresses = [row["address"] for row in await Person.select(Person.address)]
    assert len(addresses) == 200
    assert {address.partition("@")[2] for address in addresses} == {"example.org"}


async def _one_event_is_full_and_has_a_waitlist(loaded: dict[str, Cluster]) -> None:
    waiting = await Registration.select(Registration.event_id).where(Registration.state == "waitlisted")
    assert len({row["event_id"] for row in waiting}) == 1
    event = await programme.by_id(cluster_id=loaded["loomeklaster"].id, event_id=waiting[0]["event_id"])
    assert event.seats_left == 0


async def _loading_sends_a_letter_to_each_attendee_and_no_others(loaded: dict[str, Cluster]) -> None:
    async with connection() as raw:
        letters = await raw.fetchval("SELECT count(*) FROM delivery")
    assert letters == await Registration.count() <= 40


async def _the_lists_can_be_narrowed_by_topic_and_language(loaded: dict[str, Cluster]) -> None:
    offered = {slug: await browsing.offered(cluster_id=cluster.id, now=NOW) for slug, cluster in loaded.items()}
    assert all(len(one.languages) > 1 and one.topics for one in offered.values())
    assert len(offered["loomeklaster"].topics) == len(offered["south-baltic"].topics) == 2


async def _the_seminars_of_tartu_are_dates_of_one_series(loaded: dict[str, Cluster]) -> None:
    found = await series.by_slug(cluster_id=loaded["tartu-loomeklaster"].id, slug="klastri-seminarisari")
    dates = await series.dates(series=found)
    assert [(one.starts_at.month, one.starts_at.day) for one in dates] == [(2, 2), (2, 13), (3, 2), (4, 13), (5, 20)]
    assert len({one.title["en"] for one in dates}) == len(dates)


async def _the_conference_has_an_agenda_with_two_workshops_that_people_have_chosen_between(loaded: dict[str, Cluster]) -> None:
    conference = await _one_of_kind(loaded["loomeklaster"], "conference")
    found = await agenda.of(event_id=conference.id)
    chosen = [item for item in found if item.is_chosen]
    assert (len(found), len(chosen)) == (6, 2)
    assert chosen[0].starts_at == chosen[1].starts_at
    assert [item.seats_taken for item in chosen] == [2, 1]
    assert conference.asks_diet
    assert conference.asks_access


async def _a_training_asks_two_questions_and_two_requests_with_answers_wait_for_the_coordinator(loaded: dict[str, Cluster]) -> None:
    training = await _one_of_kind(loaded["south-baltic"], "training")
    asked = await questions.of(event_id=training.id)
    assert [one.kind.value for one in asked] == ["choice", "yes_no"]
    assert len(asked[0].options) == 3
    waiting = await Registration.objects().where(Registration.state == "pending")
    assert [one.event_id for one in waiting] == [training.id] * 2
    async with connection() as raw:
        assert await raw.fetchval("SELECT count(*) FROM question_answer") == 4


async def _newsletters_are_as_long_as_real_ones(loaded: dict[str, Cluster], links: Links) -> None:
    """30 to 40 KB, Russian a little more: well below the 102 KB after which Gmail hides the rest."""
    sizes = {f"{slug} {letter.language}": len(letter.html.encode()) async for slug, letter in _newsletters(links)}
    assert sorted(sizes) == ["loomeklaster en", "loomeklaster et", "loomeklaster ru", "south-baltic en", "south-baltic pl"]
    assert {edition: size for edition, size in sizes.items() if not 30_000 <= size <= 45_000} == {}


async def _one_newsletter_is_scheduled_and_one_is_a_draft(loaded: dict[str, Cluster]) -> None:
    slugs = {cluster.id: slug for slug, cluster in loaded.items()}
    assert {slugs[one.cluster_id]: one.state for one in await Mailing.objects()} == {"loomeklaster": "scheduled", "south-baltic": "draft"}


async def _the_draft_could_be_sent_as_it_is(loaded: dict[str, Cluster]) -> None:
    [draft] = await Mailing.objects().where(Mailing.state == "draft")
    written = await editions.of(mailing_id=draft.id)
    assert set(written) == set(loaded["south-baltic"].languages)
    assert [content.problems(one.content) for one in written.values()] == [[], []]


async def _every_cluster_has_a_logo_of_its_own_and_a_funder_to_thank(loaded: dict[str, Cluster]) -> None:
    for cluster in loaded.values():
        logo = await images.load(digest=cluster.logo_digest or "")
        assert logo.cluster_id == cluster.id
        assert len(await fundings.of(cluster_id=cluster.id)) == 1


async def _the_closed_meeting_of_the_project_team_stays_a_draft(loaded: dict[str, Cluster]) -> None:
    drafts = {slug: await programme.drafts(cluster_id=cluster.id, limit=10) for slug, cluster in loaded.items()}
    assert {slug: [event.title["en"] for event in found] for slug, found in drafts.items() if found} == {
        "tartu-loomeklaster": ["Project team meeting: the next topics"]
    }


async def _one_of_kind(cluster: Cluster, kind: str) -> Occasion:
    [event] = await programme.upcoming(cluster_id=cluster.id, now=NOW, limit=10, kind=Kind(kind))
    return event


async def _newsletters(links: Links) -> AsyncIterator[tuple[str, Letter]]:
    for mailing in await Mailing.objects():
        cluster = await directory.by_id(cluster_id=mailing.cluster_id)
        for language in await editions.of(mailing_id=mailing.id):
            yield cluster.slug, await proof.letter(cluster=cluster, mailing_id=mailing.id, language=language, links=links, now=NOW)
