"""Organisations that people typed: accepted, matched, or left as text; in one's own cluster only."""

from __future__ import annotations

from datetime import datetime

import pytest_asyncio

from service.clusters.tables import Cluster
from service.events import proposals, registrants
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.registrants import Registrant
from service.letters.links import Links
from service.people import organisations
from tests.support import events, factories
from tests.support.browser import Browser
from tests.support.console import signed_in
from tests.support.identity import _cheap_hashes as _cheap_hashes

PAGE = "/console/loomeklaster/organisations"


@pytest_asyncio.fixture(loop_scope="session")
async def event(browser: Browser, cluster: Cluster, links: Links, now: datetime) -> Occasion:
    """Two people of Kuup, written in two ways, one of nothing known, one of none; a coordinator at the desk."""
    await signed_in(browser, cluster=cluster, now=now)
    event = await events.published(cluster=cluster, now=now)
    for number, organisation in enumerate(("Kuup OÜ", "KUUP", "Keegi Muu", "")):
        await events.register(office=events.office(cluster, links), event=event, now=now, number=number, organisation=organisation)
    return event


async def seated(event: Occasion) -> list[Registrant]:
    """Who has a seat."""
    return await registrants.standing(event_id=event.id, state=Standing.SEATED)


async def test_a_new_one_is_accepted_once_for_everybody_who_typed_it(browser: Browser, event: Occasion, cluster: Cluster) -> None:
    await browser.open(f"/console/loomeklaster/events/{event.id}/participants")
    assert "2 organisations are new: decide" in browser.text()
    await browser.open(PAGE)
    assert "KUUP 2 people" in browser.text()
    wrong = await browser.submit(PAGE, {"key": "kuup", "number": "1", "do": "new", "name": "", "registry_code": "123"})
    assert (wrong.status_code, 'id="error-1.name"' in wrong.text, 'value="123"' in wrong.text) == (422, True, True)
    await browser.submit(PAGE, {"key": "kuup", "number": "1", "do": "new", "name": "Kuup OÜ", "registry_code": "12345678"})
    assert "It is in the directory now." in browser.text()
    kuup = [one for one in await seated(event) if one.organisation_id]
    assert [(one.organisation, one.organisation_name, one.registry_code) for one in kuup] == [
        ("Kuup OÜ", "Kuup OÜ", "12345678"),
        ("KUUP", "Kuup OÜ", "12345678"),
    ]
    assert await proposals.count(cluster_id=cluster.id) == 1


async def test_it_is_one_that_is_known_or_stays_text(browser: Browser, event: Occasion, cluster: Cluster, now: datetime) -> None:
    known = await organisations.add(cluster_id=cluster.id, name="Narva Kuup", registry_code="12345678", now=now)
    page = await browser.open(PAGE)
    assert page.text.index("Narva Kuup") > 0
    await browser.submit(PAGE, {"key": "kuup", "number": "1", "do": "known", "organisation": str(known.id)})
    assert [one.organisation_id for one in await seated(event)] == [known.id, known.id, None, None]
    await browser.submit(PAGE, {"key": "keegi muu", "number": "1", "do": "text"})
    assert "Nothing to decide" in browser.text()


async def test_nobody_links_another_clusters_organisation_or_decides_twice(browser: Browser, event: Occasion, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", languages=["cnr", "en"])
    foreign = await organisations.add(cluster_id=other.id, name="Kuup", now=now)
    await browser.open(PAGE)
    for fields, status in (
        ({"do": "known", "organisation": str(foreign.id), "key": "kuup"}, 404),
        ({"do": "new", "name": "Kuup", "key": "gone"}, 404),
        ({"do": "known", "key": "kuup"}, 422),
        ({"do": "nonsense", "key": "kuup"}, 422),
    ):
        await browser.open(PAGE)
        assert (await browser.submit(PAGE, fields)).status_code == status
    assert [one.organisation_id for one in await seated(event)] == [None] * 4
    assert await organisations.named(cluster_id=other.id) == [(foreign.id, "Kuup")]
