"""The coordinator's side of events: write, publish, move, call off, see who comes."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
import pytest_asyncio

from service.audit import trail
from service.clusters.tables import Cluster
from service.events import programme, registrants, sheets
from service.events.occasion import Occasion, State
from service.events.office import Office
from service.identity import sessions
from service.letters.links import Links
from service.subscriptions import topics
from tests.conftest import Clock
from tests.support import events, factories, identity
from tests.support.browser import Browser, parsed

LIST = "/console/loomeklaster/events"
TYPED = {
    "kind": "training",
    "zone": "Europe/Tallinn",
    "title.et": "Kirjutamise koolitus",
    "title.en": "A training in writing",
    "summary.et": "Kuidas kirjutada projekti.",
    "place_name": "Vaba Lava",
    "place_town": "Narva",
    "capacity": "12",
    "days.0.date": "2027-02-02",
    "days.0.from": "10:00",
    "days.0.to": "16:00",
}


@pytest_asyncio.fixture(loop_scope="session")
async def console(browser: Browser, cluster: Cluster, clock: Clock) -> Browser:
    """A browser in which the cluster's coordinator is signed in."""
    kadri = await identity.coordinator(now=clock(), cluster=cluster, password=None)
    browser.client.cookies.set("__Host-kutse_session", await sessions.open(coordinator_id=kadri.id, now=clock()))
    return browser


@pytest.fixture
def office(cluster: Cluster, links: Links) -> Office:
    """The office of the cluster."""
    return events.office(cluster, links)


def typed_on(browser: Browser) -> dict[str, str]:
    """Everything that the form on the page would send."""
    fields: dict[str, str] = {}
    for element in parsed(browser.page.text).iter():
        name, kind = element.get("name"), element.get("type")
        if element.tag.endswith("input") and name and kind not in ("checkbox", "radio", "file", "submit"):
            fields[name] = element.get("value") or ""
        elif element.tag.endswith("textarea") and name:
            fields[name] = (element.text or "").lstrip("\n")
        elif element.tag.endswith("select") and name:
            options = [option for option in element if option.get("selected") is not None]
            fields[name] = (options[0] if options else element[0]).get("value") or ""
    fields.pop("_csrf_token", None)
    return fields


async def create(console: Browser, **changed: str) -> Occasion:
    """An event written in the form."""
    await console.open(f"{LIST}/new")
    await console.submit(f"{LIST}/new", TYPED | changed)
    return await programme.by_id(cluster_id=1, event_id=int(console.page.url.path.rpartition("/")[2]))


async def test_an_event_is_written_and_published(console: Browser) -> None:
    event = await create(console)
    assert "Saved as a draft" in console.text()
    assert (event.state, event.capacity, event.place_line) == (State.DRAFT, 12, "Vaba Lava, Narva")
    assert event.starts_at.isoformat() == "2027-02-02T08:00:00+00:00"
    await console.submit(f"{LIST}/{event.id}/decide", {"act": "publish"})
    assert "Everybody can see it now" in console.text()
    assert "There is no title in Русский" in console.text()
    await console.open(LIST)
    assert "A training in writing" in console.text()
    assert [entry.action for entry in await trail.entries(cluster_id=1)][:2] == ["event.published", "event.created"]


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(console: Browser) -> None:
    await console.open(f"{LIST}/new")
    wrong = {"title.et": "", "title.en": "", "capacity": "many", "days.0.to": "", "closes_at": "soon", "online_url": "zoom"}
    page = await console.submit(f"{LIST}/new", TYPED | wrong)
    assert page.status_code == 422
    for name in ("capacity", "days.0.to", "closes_at"):
        assert f'id="error-{name}"' in page.text
    assert typed_on(console)["place_name"] == "Vaba Lava"
    page = await console.submit(f"{LIST}/new", TYPED | {"title.et": "", "title.en": "", "online_url": "zoom"})
    for name in ("title.et", "online_url"):
        assert f'id="error-{name}"' in page.text


@pytest.mark.parametrize(("date", "words"), [("2027-03-28", "does not exist"), ("2027-10-31", "comes twice")])
async def test_an_hour_that_the_clocks_skip_or_repeat_is_named(console: Browser, date: str, words: str) -> None:
    await console.open(f"{LIST}/new")
    page = await console.submit(f"{LIST}/new", TYPED | {"days.0.date": date, "days.0.from": "03:30"})
    assert page.status_code == 422
    assert words in console.text()


async def test_days_are_added_and_removed_without_losing_what_is_typed(console: Browser) -> None:
    await console.open(f"{LIST}/new")
    await console.submit(f"{LIST}/new", TYPED | {"do": "add-day"})
    fields = typed_on(console)
    assert (fields["days.1.date"], fields["days.1.from"], fields["title.et"]) == ("2027-02-03", "10:00", "Kirjutamise koolitus")
    await console.submit(f"{LIST}/new", fields | {"do": "remove-day:0"})
    fields = typed_on(console)
    assert "days.0.date" not in fields
    event = await create(console, **fields)
    assert [day.starts_at.day for day in event.days] == [2, 3]


@pytest.mark.parametrize(("name", "value"), [("funding_id", "999999999"), ("zone", "Mars/Olympus"), ("closes_at", "2027-02-02T10:01")])
async def test_what_is_not_there_or_too_late_stands_at_its_field(console: Browser, name: str, value: str) -> None:
    await console.open(f"{LIST}/new")
    page = await console.submit(f"{LIST}/new", TYPED | {name: value})
    assert (page.status_code, f'id="error-{name}"' in page.text) == (422, True)
    assert typed_on(console)["place_name"] == "Vaba Lava"


@pytest.mark.parametrize(("ends", "hours"), [("02:00", 16), ("10:00", 24)])
async def test_a_night_ends_on_the_next_day(console: Browser, ends: str, hours: int) -> None:
    event = await create(console, **{"days.0.from": "10:00", "days.0.to": ends})
    assert event.ends_at - event.starts_at == timedelta(hours=hours)


async def test_an_evening_may_end_after_midnight(console: Browser) -> None:
    event = await create(console, **{"days.0.from": "20:00", "days.0.to": "01:30"})
    assert (event.ends_at - event.starts_at).total_seconds() == 5.5 * 3600
    await console.open(f"{LIST}/{event.id}/edit")
    assert typed_on(console)["days.0.to"] == "01:30"


async def test_a_change_that_shows_in_calendars_is_shown_before_it_is_sent(console: Browser, office: Office, now: datetime) -> None:
    event = await create(console)
    await console.submit(f"{LIST}/{event.id}/decide", {"act": "publish"})
    for number in range(3):
        await events.register(office=office, event=event, now=now, number=number)
    await console.open(f"{LIST}/{event.id}/edit")
    await console.submit(f"{LIST}/{event.id}/edit", typed_on(console) | {"days.0.from": "11:00"})
    assert "3 letters will be sent" in console.text()
    assert "3 updates of entries" in console.text()
    assert len(await events.posted()) == 3
    hidden = typed_on(console)
    await console.submit(f"{LIST}/{event.id}/edit", hidden | {"do": "back"})
    assert typed_on(console)["days.0.from"] == "11:00"
    await console.submit(f"{LIST}/{event.id}/edit", hidden)
    assert "letters are on their way" in console.text()
    updates = (await events.posted())[3:]
    assert [(letter.sequence, letter.property("DTSTART")) for letter in updates] == [(1, "20270202T110000")] * 3


async def test_fewer_seats_than_taken_are_refused_at_the_field(console: Browser, office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=5)
    for number in range(3):
        await events.register(office=office, event=event, now=now, number=number)
    await console.open(f"{LIST}/{event.id}/edit")
    page = await console.submit(f"{LIST}/{event.id}/edit", typed_on(console) | {"capacity": "2"})
    assert page.status_code == 422
    assert "3 people have a seat already" in console.text()


async def test_two_coordinators_do_not_overwrite_each_other_unknowing(console: Browser) -> None:
    event = await create(console)
    await console.open(f"{LIST}/{event.id}/edit")
    fields = typed_on(console)
    await console.submit(f"{LIST}/{event.id}/edit", fields | {"place_town": "Jõhvi"})
    await console.open(f"{LIST}/{event.id}/edit")
    page = await console.submit(f"{LIST}/{event.id}/edit", fields | {"place_town": "Sillamäe"})
    assert page.status_code == 409
    assert typed_on(console)["place_town"] == "Sillamäe"
    assert (await programme.by_id(cluster_id=1, event_id=event.id)).place_town == "Jõhvi"


async def test_a_slip_of_the_hand_does_not_hide_what_somebody_else_changed(console: Browser) -> None:
    event = await create(console)
    here = f"{LIST}/{event.id}/edit"
    await console.open(here)
    fields = typed_on(console)
    await console.submit(here, fields | {"place_town": "Jõhvi"})
    await console.open(here)
    page = await console.submit(here, fields | {"title.et": "", "title.en": ""})
    assert page.status_code == 422
    page = await console.submit(here, typed_on(console) | {"title.et": "Koolitus"})
    assert page.status_code == 409
    await console.submit(here, typed_on(console))
    assert (await programme.by_id(cluster_id=1, event_id=event.id)).title == {"et": "Koolitus"}


async def test_a_form_that_is_older_than_the_event_moves_nobodys_calendar(console: Browser, office: Office, now: datetime) -> None:
    event = await create(console)
    await console.submit(f"{LIST}/{event.id}/decide", {"act": "publish"})
    await events.register(office=office, event=event, now=now)
    here = f"{LIST}/{event.id}/edit"
    await console.open(here)
    old = typed_on(console)
    await console.submit(here, old | {"capacity": "20"})
    await console.open(here)
    page = await console.submit(here, old | {"summary.et": "Uus"})  # as after the browser's Back
    assert page.status_code == 409
    await console.submit(here, typed_on(console) | {"summary.et": "Uuem"})
    assert "Saved" in console.text()
    after = await programme.by_id(cluster_id=1, event_id=event.id)
    assert (after.summary["et"], after.capacity) == ("Uuem", 12)
    assert after.days == event.days
    await console.submit(here, typed_on(console) | {"version": str(after.version), "days.0.id": ""} | TYPED)  # a day that is said once more
    assert (await programme.by_id(cluster_id=1, event_id=event.id)).days == event.days
    assert len(await events.posted()) == 1


async def test_a_copy_is_a_draft_with_the_same_words(console: Browser, now: datetime) -> None:
    event = await create(console)
    await console.submit(f"{LIST}/{event.id}/copy")
    assert "This is the copy" in console.text()
    copy = await programme.by_id(cluster_id=1, event_id=event.id + 1)
    assert (copy.state, copy.title, copy.slug) == (State.DRAFT, event.title, f"{event.slug}-2")
    assert [day.entry_id for day in copy.days] != [day.entry_id for day in event.days]


async def test_calling_off_says_how_many_are_told_and_tells_them(console: Browser, office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    for number in range(2):
        await events.register(office=office, event=event, now=now, number=number)
    await console.open(f"{LIST}/{event.id}/call-off")
    assert "2 people are told by mail" in console.text()
    await console.submit(f"{LIST}/{event.id}/call-off", {"words.et": "Esineja on haige."})
    assert "Called off" in console.text()
    assert [letter.method for letter in await events.posted()][2:] == ["CANCEL", "CANCEL"]


async def test_the_office_adds_and_cancels_a_participant(console: Browser, office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1)
    await events.register(office=office, event=event, now=now, number=7)
    people = f"{LIST}/{event.id}/participants"
    await console.open(f"{people}/new")
    await console.submit(f"{people}/new", {"name": "Jaan Tamm", "address": "jaan@example.net", "language": "et"})
    assert "Added" in console.text()
    assert "Jaan Tamm" in console.text()
    page = await console.submit(f"{people}/new", {"name": "Jaan Tamm", "address": "jaan@example.net", "language": "et"})
    assert page.status_code == 422
    await console.open(f"{people}/1/cancel")
    assert "next in line" in console.text()
    await console.submit(f"{people}/1/cancel")
    counts = await registrants.counts(event_id=event.id)
    assert (counts.seated, counts.waitlisted, counts.cancelled) == (1, 0, 1)
    assert "registration.cancelled" in [entry.action for entry in await trail.entries(cluster_id=1)]


async def test_the_list_is_narrowed_and_turned(console: Browser, office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    for number in range(52):
        await events.register(office=office, event=event, now=now, number=number, name=f"Osaleja {number:02}.")
    people = f"{LIST}/{event.id}/participants"
    assert (await console.open(people)).text.count("Osaleja ") >= 50
    await console.open(f"{people}?after=50")
    assert "Osaleja 51." in console.text()
    assert "Osaleja 10." not in console.text()
    await console.open(f"{people}?search=mari7@")
    assert "Osaleja 07." in console.text()
    assert "Osaleja 08." not in console.text()
    await console.open(f"{people}?state=cancelled")
    assert "Nobody here yet" in console.text()


async def test_the_list_as_a_file_runs_no_formula(console: Browser, office: Office, now: datetime) -> None:
    event = await events.published(cluster=office.cluster, now=now)
    formula = '=HYPERLINK("x")'
    await events.register(office=office, event=event, now=now, organisation=formula, role="@SUM(1)")
    plain = await console.open(f"{LIST}/{event.id}/participants/export/csv")
    heading, row = csv.reader(io.StringIO(plain.content.decode("utf-8-sig")))
    assert heading[:3] == ["Name", "E-mail address", "Organisation"]
    assert (row[2], row[4]) == (f"'{formula}", "'@SUM(1)")
    book = await console.open(f"{LIST}/{event.id}/participants/export/xlsx")
    assert book.headers["content-disposition"] == 'attachment; filename="strateegiaseminar.xlsx"'
    sheet = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(book.content)).read("xl/worksheets/sheet1.xml"))
    cells = [cell for cell in sheet.iter() if cell.tag.endswith("}c")]
    assert {cell.get("t") for cell in cells} == {"inlineStr"}
    assert formula in ["".join(cell.itertext()) for cell in cells]
    assert (await console.open(f"{LIST}/{event.id}/participants/export/exe")).status_code == 404


def test_a_sheet_holds_what_xml_cannot_say() -> None:
    content = sheets.to_xlsx([["Nimi"], ["a\x00b<&>\ud800"]])
    sheet = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml"))
    assert "a b<&> " in "".join(sheet.itertext())


async def test_nothing_of_another_cluster_is_within_reach(console: Browser, office: Office, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", languages=["cnr", "en"])
    event = await events.published(cluster=other, now=now, title={"en": "Elsewhere"})
    abroad = events.office(other, office.links)
    await events.register(office=abroad, event=event, now=now, language="en")
    await console.open(f"{LIST}/new")
    for path in ("", "/edit", "/call-off", "/participants", "/participants/new", "/participants/1/cancel", "/participants/export/csv"):
        assert (await console.open(f"{LIST}/{event.id}{path}")).status_code == 404
    own = await events.published(cluster=office.cluster, now=now)
    await console.open(f"{LIST}/new")
    for path in (f"/{event.id}/decide", f"/{event.id}/call-off", f"/{own.id}/participants/1/cancel"):
        assert (await console.submit(f"{LIST}{path}", {"act": "close"})).status_code == 404
        await console.open(f"{LIST}/new")
    assert (await registrants.counts(event_id=event.id)).seated == 1


async def test_what_an_event_is_about_and_the_languages_it_is_held_in_are_kept(console: Browser, cluster: Cluster, clock: Clock) -> None:
    (topic, *_) = await topics.create_defaults(cluster=cluster, mail_domain="mail.kutse.example.org")
    await console.open(f"{LIST}/new")
    page = await console.submit(f"{LIST}/new", TYPED | {"held.et": "yes", "held.pl": "yes", f"topic.{topic.id}": "yes"})
    event = await programme.by_id(cluster_id=cluster.id, event_id=int(page.url.path.split("/")[-1]))
    assert (event.languages, event.topic_ids) == (("et", "pl"), (topic.id,))
    page = await console.open(f"{LIST}/{event.id}/edit")
    assert page.text.count('value="yes" checked') == 3
    assert (await console.submit(f"{LIST}/new", TYPED | {"topic.999999999": "yes"})).status_code == 422
