"""A cluster's settings, its fundings and its coordinators, as an office uses them."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO

import pytest
from PIL import Image as Pillow

from service.audit import trail
from service.clusters import directory, fundings
from service.clusters.tables import Cluster
from service.identity import access
from tests.support import factories
from tests.support.browser import Browser
from tests.support.console import signed_in
from tests.support.identity import _cheap_hashes as _cheap_hashes
from tests.support.subscriptions import outbox

SETTINGS = "/console/loomeklaster/settings"
GOOD = {
    "version": "1",
    "name": "Ida-Viru loomeklaster",
    "default_language": "ru",
    "languages": ["et", "ru"],
    "zone": "Europe/Warsaw",
    "sender_address": "uudised@loomeklaster.example.org",
    "contact_address": "klaster@loomeklaster.example.org",
    "postal_address": "Keskallee 19",
    "brand_color": "#aa3300",
    "about.et": "Tere **kõigile**!",
}


def logo(size: tuple[int, int] = (60, 20)) -> bytes:
    out = BytesIO()
    Pillow.new("RGB", size, (10, 90, 110)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
async def office(browser: Browser, cluster: Cluster, now: datetime) -> Browser:
    """A browser signed in as an operator who works for the cluster."""
    await signed_in(browser, cluster=cluster, now=now, is_operator=True)
    return browser


@pytest.fixture
async def member(browser: Browser, cluster: Cluster, now: datetime) -> Browser:
    """A browser signed in as a coordinator of the cluster."""
    await signed_in(browser, cluster=cluster, now=now)
    return browser


async def test_what_is_saved_shows_on_the_form_and_in_the_trail(member: Browser, cluster: Cluster) -> None:
    await member.open(SETTINGS)
    await member.submit(SETTINGS, GOOD)
    assert "Saved." in member.text()
    found = await directory.by_slug(slug="loomeklaster")
    assert (found.name, found.languages, found.zone, found.sender_name) == (
        "Ida-Viru loomeklaster",
        ["ru", "et"],
        "Europe/Warsaw",
        GOOD["name"],
    )
    assert "Tere **kõigile**!" in member.page.text
    assert (await trail.entries(cluster_id=cluster.id))[0].action == "cluster.edited"


async def test_each_problem_stands_at_its_field_and_what_was_typed_stays(member: Browser, cluster: Cluster) -> None:
    await member.open(SETTINGS)
    await member.submit(SETTINGS, {**GOOD, "name": "", "sender_address": "nobody", "postal_address": "Uus aadress 1"})
    assert member.page.status_code == 422
    assert "Uus aadress 1" in member.page.text
    for name in ("name", "sender_address"):
        assert f'id="error-{name}"' in member.page.text
    assert (await directory.by_id(cluster_id=cluster.id)).version == 1


async def test_quiet_hours_are_kept_and_both_times_are_needed(member: Browser, cluster: Cluster) -> None:
    await member.open(SETTINGS)
    await member.submit(SETTINGS, {**GOOD, "quiet_from": "22:00", "quiet_to": ""})
    assert member.page.status_code == 422
    assert 'id="error-quiet_to"' in member.page.text
    await member.submit(SETTINGS, {**GOOD, "quiet_from": "22:00", "quiet_to": "8:00"})
    found = await directory.by_id(cluster_id=cluster.id)
    assert (found.quiet_from, found.quiet_to) == (time(22), time(8))
    assert 'value="08:00"' in member.page.text
    await member.submit(SETTINGS, {**GOOD, "version": "2", "quiet_from": "", "quiet_to": ""})
    assert (await directory.by_id(cluster_id=cluster.id)).quiet_from is None


async def test_the_slower_of_two_is_told_and_changes_nothing(member: Browser, cluster: Cluster) -> None:
    await member.open(SETTINGS)
    await member.submit(SETTINGS, GOOD)
    await member.submit(SETTINGS, {**GOOD, "name": "Too late"})
    assert member.page.status_code == 409
    assert (await directory.by_id(cluster_id=cluster.id)).name == "Ida-Viru loomeklaster"


async def test_a_logo_is_shown_from_an_address_that_never_changes(member: Browser, cluster: Cluster) -> None:
    await member.open(SETTINGS)
    await member.submit(SETTINGS, GOOD, files={"image": ("logo.png", logo(), "image/png")})
    digest = (await directory.by_id(cluster_id=cluster.id)).logo_digest
    assert f"/media/{digest}" in member.page.text
    picture = await member.client.get(f"/media/{digest}")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert "immutable" in picture.headers["cache-control"]
    assert picture.headers["x-content-type-options"] == "nosniff"
    again = await member.client.get(f"/media/{digest}", headers={"If-None-Match": picture.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_saving_without_a_file_keeps_the_logo_and_a_tick_takes_it_away(member: Browser, cluster: Cluster) -> None:
    await member.open(SETTINGS)
    await member.submit(SETTINGS, GOOD, files={"image": ("logo.png", logo(), "image/png")})
    await member.submit(SETTINGS, {**GOOD, "version": "2"})
    assert (await directory.by_id(cluster_id=cluster.id)).logo_digest
    await member.submit(SETTINGS, {**GOOD, "version": "3", "without_logo": "yes"})
    assert (await directory.by_id(cluster_id=cluster.id)).logo_digest is None


async def test_what_is_no_picture_is_refused_in_words_and_nothing_is_saved(member: Browser, cluster: Cluster) -> None:
    await member.open(SETTINGS)
    await member.submit(SETTINGS, GOOD, files={"image": ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")})
    assert member.page.status_code == 422
    assert "SVG" in member.text()
    assert (await directory.by_id(cluster_id=cluster.id)).version == 1


async def test_a_file_beyond_every_limit_is_told_so(member: Browser) -> None:
    await member.open(SETTINGS)
    await member.submit(SETTINGS, GOOD, files={"image": ("logo.png", b"\x89PNG" + b"\0" * 7_000_000, "image/png")})
    assert member.page.status_code == 413


@pytest.mark.parametrize("name", ["0" * 64, "x", "..%2f..%2fetc%2fpasswd", "A" * 64])
async def test_an_unknown_picture_is_404(browser: Browser, database: None, name: str) -> None:
    await browser.open(f"/media/{name}")
    assert browser.page.status_code == 404


async def test_a_funding_is_added_changed_and_removed(member: Browser, cluster: Cluster) -> None:
    await member.open(f"{SETTINGS}/fundings")
    assert "No funding yet" in member.text()
    await member.open(f"{SETTINGS}/fundings/new")
    await member.submit(None, {"title": "", "funder": "EU", "acknowledgement.en": "Thanks"})
    assert (member.page.status_code, "Thanks" in member.page.text) == (422, True)
    await member.submit(None, {"title": "Kick-off", "funder": "EU", "acknowledgement.en": "Thanks"})
    assert "Kick-off" in member.text()
    await member.open(f"{SETTINGS}/fundings/1")
    await member.submit(None, {"title": "Launch", "funder": "EU"}, files={"image": ("eu.png", logo(), "image/png")})
    (found,) = await fundings.of(cluster_id=cluster.id)
    assert (found.title, bool(found.logo_digest)) == ("Launch", True)
    await member.open(f"{SETTINGS}/fundings/1")
    await member.submit(f"{SETTINGS}/fundings/1/remove", {})
    assert await fundings.of(cluster_id=cluster.id) == []


async def test_another_clusters_funding_is_not_there(member: Browser, now: datetime) -> None:
    other = await factories.cluster(slug="tartu", now=now)
    foreign = await fundings.create(cluster_id=other.id, draft=fundings.Draft(title="Theirs", funder="EU"), now=now)
    await member.open(f"{SETTINGS}/fundings/{foreign.id}")
    assert member.page.status_code == 404


async def test_an_operator_invites_by_letter(office: Browser, cluster: Cluster) -> None:
    await office.open(f"{SETTINGS}/coordinators")
    await office.submit(None, {"address": "mari@example.org", "language": "et"})
    assert "on its way" in office.text()
    assert [(copy.address, copy.language) for copy in await outbox()] == [("mari@example.org", "et")]
    assert len(await access.members_of(cluster_id=cluster.id)) == 2
    await office.submit(f"{SETTINGS}/coordinators/2/remove", {})
    assert len(await access.members_of(cluster_id=cluster.id)) == 1


async def test_a_coordinator_can_neither_invite_nor_remove_nor_found(member: Browser, cluster: Cluster) -> None:
    await member.open(f"{SETTINGS}/coordinators")
    for path in (f"{SETTINGS}/coordinators", f"{SETTINGS}/coordinators/1/remove", "/console/new"):
        await member.open(SETTINGS)
        await member.submit(path, {"address": "eve@example.org", "language": "et"})
        assert member.page.status_code == 403
    assert await outbox() == []
    assert len(await access.members_of(cluster_id=cluster.id)) == 1


async def test_an_operator_founds_a_cluster_and_lands_on_its_overview(office: Browser) -> None:
    await office.open("/console/new")
    await office.submit(None, {**GOOD, "slug": "console"})
    assert (office.page.status_code, 'id="error-slug"' in office.page.text) == (422, True)
    await office.submit(None, {**GOOD, "slug": "tartu"})
    assert office.page.url.path == "/console/tartu"
    await office.open("/tartu/et")
    assert office.page.status_code == 200


async def test_sample_clusters_go_by_one_button_and_others_stay(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await factories.cluster(slug="sample-one", is_sample=True, now=now)
    await factories.cluster(slug="sample-two", is_sample=True, now=now)
    await signed_in(browser, cluster=cluster, now=now, is_operator=True)
    await browser.open("/console/loomeklaster")
    await browser.submit("/console/loomeklaster/sample/remove", {})
    assert browser.page.status_code == 404
    await browser.open("/console/sample-one")
    await browser.submit("/console/sample-one/sample/remove", {})
    assert "sample data is gone" in browser.text()
    assert [one.slug for one in await directory.all()] == ["loomeklaster"]


async def test_a_sample_cluster_says_so_on_its_pages_and_a_real_one_does_not(browser: Browser, cluster: Cluster, now: datetime) -> None:
    await factories.cluster(slug="sample-one", is_sample=True, now=now)
    await signed_in(browser, cluster=cluster, now=now, is_operator=True)
    for prefix in ("/{}/en", "/console/{}"):
        told = {slug: "made-up people" in (await browser.open(prefix.format(slug))).text for slug in ("sample-one", "loomeklaster")}
        assert told == {"sample-one": True, "loomeklaster": False}, prefix
