"""The console's side of admission: the terms of an event, requests, and the list of invitations."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
import pytest_asyncio

from service.clusters.tables import Cluster
from service.events import invitees, programme
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.terms import Access, Terms
from service.identity import sessions
from service.letters.links import Links
from tests.support import events, factories, identity
from tests.support.admission import number
from tests.support.browser import Browser
from tests.support.editor import fields_of

HOME = "/console/loomeklaster/events"


@pytest.fixture
def office(cluster: Cluster, links: Links) -> Office:
    """The office of the cluster."""
    return events.office(cluster, links)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, cluster: Cluster, now: datetime) -> Browser:
    """A browser in which the cluster's coordinator is signed in."""
    kadri = await identity.coordinator(now=now, cluster=cluster, password=None)
    browser.client.cookies.set("__Host-kutse_session", await sessions.open(coordinator_id=kadri.id, now=now))
    return browser


async def asked(office: Office, now: datetime, people: int = 3, **terms: object) -> Occasion:
    """An event with requests."""
    event = await events.published(cluster=office.cluster, now=now, capacity=2, terms=Terms(by_approval=True))
    for who in range(1, people + 1):
        await events.register(office=office, event=event, now=now, number=who)
    return event


async def test_the_terms_are_typed_kept_and_shown_again(desk: Browser, office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, online_url="https://meet.example.org/x")
    await desk.open(f"{HOME}/{event.id}/edit")
    typed = edit_form(desk, event) | {
        "access": "members",
        "members_first_until": "2026-12-01T12:00",
        "by_approval": "yes",
        "is_hybrid": "yes",
        "online_capacity": "40",
        "organisation_limit": "2",
        "confirm_hours": "24",
        "members_move_first": "yes",
    }
    await desk.submit(f"{HOME}/{event.id}/edit", typed)
    fresh = await programme.by_id(cluster_id=event.cluster_id, event_id=event.id)
    assert (fresh.access, fresh.by_approval, fresh.is_hybrid, fresh.members_move_first) == (Access.MEMBERS, True, True, True)
    assert (fresh.online_capacity, fresh.organisation_limit, fresh.confirm_hours) == (40, 2, 24)
    assert f"{fresh.members_first_until:%Y-%m-%dT%H:%M}" == "2026-12-01T10:00"
    await desk.open(f"{HOME}/{event.id}/edit")
    again = edit_form(desk, event)
    assert (again["members_first_until"], again["online_capacity"], again["access"]) == ("2026-12-01T12:00", "40", "members")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("online_capacity", "-1"),
        ("confirm_hours", "337"),
        ("organisation_limit", "many"),
        ("members_first_until", "soon"),
        ("confirm_hours", "0"),
    ],
)
async def test_terms_that_cannot_be_are_refused_at_the_field(desk: Browser, office: Office, now: datetime, field: str, text: str) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    await desk.open(f"{HOME}/{event.id}/edit")
    page = await desk.submit(f"{HOME}/{event.id}/edit", edit_form(desk, event) | {field: text})
    assert (page.status_code, f'id="error-{field}"' in page.text) == (422, True)


async def test_several_are_accepted_with_one_click_and_the_page_says_what_became_of_them(
    desk: Browser, office: Office, now: datetime
) -> None:
    event = await asked(office, now)
    await desk.open(f"{HOME}/{event.id}/requests")
    ids = [str((await number(event, who)).id) for who in (1, 2, 3)]
    await desk.submit(f"{HOME}/{event.id}/requests", {"registration": ids, "do": "accept", "words": "Welcome!"})
    assert "2 people have a seat now. 1 person waits in line for one." in desk.text()


async def test_one_is_accepted_and_one_declined_with_the_message_kept_for_later(desk: Browser, office: Office, now: datetime) -> None:
    event = await asked(office, now, people=2)
    first, second = [(await number(event, who)).id for who in (1, 2)]
    await desk.open(f"{HOME}/{event.id}/requests")
    await desk.submit(f"{HOME}/{event.id}/requests", {"do": f"accept:{first}"})
    await desk.submit(f"{HOME}/{event.id}/requests", {"do": "decline", "registration": str(second), "words": "Full of beginners."})
    assert ((await number(event, 1)).state, (await number(event, 2)).state) == (Standing.SEATED, Standing.DECLINED)
    await desk.open(f"{HOME}/{event.id}/requests?state=declined")
    assert "Full of beginners." in desk.text()


@pytest.mark.parametrize(
    "posted",
    [
        {"do": "accept"},
        {"do": "accept:99999999999999999999"},
        {"do": "accept:x"},
        {"do": ""},
        {"do": "drop"},
        {"do": "decline", "registration": "٣"},
    ],
)
async def test_a_decision_about_nothing_is_refused_and_decides_nothing(
    desk: Browser, office: Office, now: datetime, posted: dict[str, str]
) -> None:
    event = await asked(office, now, people=1)
    await desk.open(f"{HOME}/{event.id}/requests")
    page = await desk.submit(f"{HOME}/{event.id}/requests", posted | {"words": "kept as typed"})
    assert (page.status_code, "kept as typed" in page.text) == (422, True)
    assert (await number(event, 1)).state is Standing.PENDING


async def test_addresses_are_added_written_to_once_and_seen_when_they_have_registered(desk: Browser, office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(access=Access.INVITED))
    path = f"{HOME}/{event.id}/invitations"
    await desk.open(path)
    assert "or Mari Maasikas <mari@example.org>." in desk.text()
    await desk.submit(path, {"addresses": "mari1@example.org\nJaan Tamm <jaan@example.org>\n\nMARI1@example.org;", "language": "en"})
    assert "Send 2 invitations" in desk.text()
    for _ in range(2):
        await desk.submit(f"{path}/send")
    letters = [letter for letter in await events.posted() if "invited" in letter.text]
    assert [letter.address for letter in letters] == ["mari1@example.org", "jaan@example.org"]
    link = re.search(r"https://kutse\.example\.org(/invited/\S+)", letters[1].text)
    assert link
    await desk.open(link[1])
    assert invited_form(desk, event)["address"] == "jaan@example.org"
    await desk.submit(f"/loomeklaster/en/events/{event.slug}/register", invited_form(desk, event))
    await desk.open(path)
    assert ("Has a seat" in desk.text(), "not registered" in desk.text()) == (True, True)
    assert "Your place is kept." in (await desk.open(link[1])).text


async def test_the_link_proves_only_its_own_address_and_event_and_only_while_on_the_list(
    desk: Browser, office: Office, now: datetime
) -> None:
    event = await events.published(cluster=office.cluster, now=now, terms=Terms(access=Access.INVITED))
    other = await events.published(cluster=office.cluster, now=now, terms=Terms(access=Access.INVITED))
    await invitees.add(office=office, event_id=event.id, text="mari1@example.org", language="en", now=now)
    (one,) = await invitees.of_event(event_id=event.id)
    path = office.links.invited(invitee_id=one.id).removeprefix("https://kutse.example.org")
    await desk.open(path)
    typed = invited_form(desk, event) | {"name": "Mari"}
    await desk.submit(f"/loomeklaster/en/events/{event.slug}/register", typed | {"address": "mari2@example.org"})
    await desk.submit(f"/loomeklaster/en/events/{other.slug}/register", typed)
    assert (await number(event, 2)).state is Standing.PENDING
    assert (await number(other, 1)).state is Standing.PENDING
    await invitees.remove(office=office, event_id=event.id, invitee_id=one.id, now=now)
    await desk.submit(f"/loomeklaster/en/events/{event.slug}/register", typed)
    assert (await number(event, 1)).state is Standing.PENDING
    assert (await desk.open(path)).status_code == 404


@pytest.mark.parametrize(
    "text",
    ["", "  \n ", "mari", "Mari <mari>", "mari@example.org\nbad", "a@example.org, b@example.org", "\0", "http://x.com <a@example.org>"],
)
async def test_lines_that_are_not_addresses_are_named_and_nothing_is_added(desk: Browser, office: Office, now: datetime, text: str) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    path = f"{HOME}/{event.id}/invitations"
    await desk.open(path)
    page = await desk.submit(path, {"addresses": text, "language": "xx"})
    assert (page.status_code, await invitees.of_event(event_id=event.id)) == (422, [])


async def test_invitations_to_a_draft_are_refused_with_words(desk: Browser, office: Office, now: datetime) -> None:
    event = await events.draft(cluster=office.cluster, now=now)
    await invitees.add(office=office, event_id=event.id, text="mari1@example.org", language="en", now=now)
    await desk.open(f"{HOME}/{event.id}/invitations")
    page = await desk.submit(f"{HOME}/{event.id}/invitations/send")
    assert (page.status_code, "publish the event first" in desk.text()) == (422, True)


async def test_another_clusters_event_has_no_requests_and_no_list_here(desk: Browser, office: Office, now: datetime) -> None:
    foreign = events.office(await factories.cluster(now=now, slug="tartu"), office.links)
    event = await asked(foreign, now, people=1)
    await invitees.add(office=foreign, event_id=event.id, text="mari1@example.org", language="en", now=now)
    (one,) = await invitees.of_event(event_id=event.id)
    for path in ("requests", "invitations"):
        assert (await desk.open(f"{HOME}/{event.id}/{path}")).status_code == 404
    await desk.open(HOME)
    for path in ("requests", "invitations", "invitations/send", f"invitations/{one.id}/remove"):
        posted = {"do": f"accept:{(await number(event, 1)).id}", "addresses": "jaan@example.org"}
        assert (await desk.submit(f"{HOME}/{event.id}/{path}", posted)).status_code == 404
        await desk.open(HOME)
    assert len(await invitees.of_event(event_id=event.id)) == 1
    assert (await number(event, 1)).state is Standing.PENDING


def edit_form(desk: Browser, event: Occasion) -> dict[str, str]:
    """The form of the event as it stands."""
    return fields_of(desk.page.text, f"{HOME}/{event.id}/edit")


def invited_form(desk: Browser, event: Occasion) -> dict[str, str]:
    """The form behind the link of an invitation."""
    return fields_of(desk.page.text, f"/loomeklaster/en/events/{event.slug}/register#register")
