"""Register for an event, and the page behind the signed link: how one stands, the calendar file, giving the place back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.clusters import directory
from service.delivery import suppressions
from service.errors import Refused
from service.events import (
    answers,
    attending,
    handing,
    materials,
    modes,
    programme,
    questions,
    registrants,
    registration,
    revising,
    vouching,
)
from service.events.attending import Attending
from service.events.occasion import KIND_NAMES
from service.languages import choice
from service.languages.catalogues import marked, translator
from service.languages.dates import Dates
from service.people import addresses
from service.returns import reports
from service.tokens import Keys
from service.web.edge import AnyRequest, as_file, evenly, form, go, network
from service.web.pages import Reader, page
from service.web.public import agenda_view, asking_view, came_back, chosen_files, invited, listing, registration_form
from service.web.public.events import AT_A_PLACE, acknowledged, event_page, office_of
from service.web.public.place import Place


@post("/{cluster:str}/{language:str}/events/{slug:str}/register", dependencies=AT_A_PLACE, request_max_body_size=registration_form.BODY)
async def register(
    request: AnyRequest, place: NamedDependency[Place], slug: FromPath[str], now: NamedDependency[datetime], keys: NamedDependency[Keys]
) -> Response[Any]:
    """Take a seat or a place in line, alone or with colleagues; a robot that filled the trap sees the same and nothing happens."""
    event = await programme.by_slug(cluster_id=place.cluster.id, slug=slug)
    fields, asked = await form(request), await questions.of(event_id=event.id)
    files = await chosen_files.read(fields, asked, registration_form.rows(fields).people, keys=keys, now=now)
    if (changed := registration_form.pressed(fields)) is not None:
        kept = await files.shown(people=changed.people, network=network(request), now=now)
        return await event_page(request, place, event, now, rows=changed, chosen_files=kept)
    try:
        if not fields.flag("homepage"):
            first, *others = registration_form.forms(fields, place, asked, files)
            async with evenly():
                await registration.register(
                    office=office_of(request, place),
                    event_id=event.id,
                    form=first,
                    colleagues=others,
                    network=network(request),
                    now=now,
                    is_vouched=await invited.is_proven(posted=fields, event_id=event.id, keys=keys, now=now),
                )
    except Refused as error:
        rows = registration_form.rows(fields)
        kept = await files.shown(people=rows.people, network=network(request), now=now)
        return await event_page(request, place, event, now, status=422, problems=rows.at(error.problems), rows=rows, chosen_files=kept)
    word = await came_back.query(place=place, address=fields.text("address", limit=2000))
    return go(f"{place.path}/events/{slug}/registered{word}")


@get("/{cluster:str}/{language:str}/events/{slug:str}/registered", dependencies=AT_A_PLACE)
async def registered(request: AnyRequest, place: NamedDependency[Place], slug: FromPath[str]) -> Response[str]:
    """ "Look into your mailbox": the same for everybody, so that nobody learns who is registered."""
    event = await programme.by_slug(cluster_id=place.cluster.id, slug=slug)
    return page(
        request, "public/registered.html", reader=place.reader, cluster=place.cluster, event=event, came_back=came_back.said(request)
    )


@dataclass(frozen=True, slots=True)
class Own:
    """One's own registration behind its signed link."""

    token: str
    place: Place
    attending: Attending

    @property
    def path(self) -> str:
        """`/registration/{token}`."""
        return f"/registration/{self.token}"


async def provide_own(token: FromPath[str], keys: NamedDependency[Keys], now: NamedDependency[datetime]) -> Own:
    """The dependency `own`; raises NotFound for a forged or foreign token."""
    return await own_of(token, registration_id=keys.read(token, purpose="registration", now=now))


async def own_of(token: str, *, registration_id: int) -> Own:
    """The registration that a token was signed for; raises NotFound."""
    cluster_id, registrant = await registrants.by_id(registration_id=registration_id)
    cluster = await directory.by_id(cluster_id=cluster_id)
    found = await attending.of(cluster_id=cluster_id, registrant=registrant)
    return Own(token, Place(cluster, Reader(choice.page_language(registrant.language, cluster.languages), found.event.zone)), found)


OWN = {"own": Provide(provide_own)}


@get("/registration/{token:str}", dependencies=OWN)
async def own_page(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[str]:
    """How one stands."""
    return await own_view(request, own, now)


async def own_view(request: AnyRequest, own: Own, now: datetime, **values: Any) -> Response[str]:
    """The page of one's own registration, with what can be done about the seat."""
    event, language = own.attending.event, own.place.reader.language
    return own_part(
        request,
        own,
        "public/registration.html",
        can_cancel=own.attending.can_cancel(now),
        seat={
            "can_prove": await vouching.can_prove(event=event, registrant=own.attending.registrant, now=now),
            "can_change_mode": modes.can_change(event, own.attending.registrant, now),
        },
        address=addresses.shown(own.attending.registrant.address),
        came_back=await suppressions.came_back(cluster_id=own.place.cluster.id, address=own.attending.registrant.address),
        when=listing.when(event, Dates(language, event.zone)),
        kind=translator(language).gettext(KIND_NAMES[event.kind]),
        funding=await acknowledged(event, language, own.place),
        can={
            "revise": revising.can_revise(event, own.attending.registrant, now),
            "hand_on": handing.can_hand_on(event, own.attending.registrant, now),
        },
        flash=_said(request, language),
        materials=await materials.behind_link(event=event, registrant=own.attending.registrant, now=now),
        **await asking_view.of_registrant(own.attending.registrant, own.place.cluster.languages),
        **await agenda_view.of_registrant(own.attending, Dates(language, event.zone), own.place.cluster.languages, now),
        **({"problems": ()} | values),
    )


@post("/registration/{token:str}/reached", dependencies=OWN)
async def reached(own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """Letters reach this address again: the link stands in one."""
    await reports.revived(
        cluster_id=own.place.cluster.id,
        address=own.attending.registrant.address,
        how="its owner said so on the page behind the letter's link",
        now=now,
    )
    return go(own.path)


_DONE = {"changed": marked("Saved."), "handed-on": marked("Your place is handed on. Both of you get a letter.")}


def _said(request: AnyRequest, language: str) -> dict[str, str] | None:
    text = _DONE.get(request.query_params.get("done", ""))
    return {"kind": "success", "text": translator(language).gettext(text)} if text else None


@get("/registration/{token:str}/cancel", dependencies=OWN)
async def ask_cancel(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """Sure? Looking changes nothing."""
    if not own.attending.can_cancel(now):
        return go(own.path)
    asked = "declined" in request.query_params  # the link of the letter to who has declined in the calendar
    comes = asked and not await answers.is_declined(registration_id=own.attending.registrant.id, now=now)
    return own_part(request, own, "public/registration_cancel.html", comes_after_all=comes)


@post("/registration/{token:str}/cancel", dependencies=OWN)
async def cancel(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """Give the place back."""
    await registration.cancel(
        office=office_of(request, own.place),
        event_id=own.attending.event.id,
        registration_id=own.attending.registrant.id,
        by="attendee",
        now=now,
    )
    return go(own.path)


@get("/registration/{token:str}/calendar/{entry_id:int}", dependencies=OWN)
async def calendar(
    request: AnyRequest, own: NamedDependency[Own], entry_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[bytes]:
    """One's own calendar entry, as it went out by mail."""
    content = await attending.calendar(office=office_of(request, own.place), attending=own.attending, entry_id=entry_id, now=now)
    return as_file(content, name=f"{own.attending.event.slug}.ics", media_type="text/calendar")


def own_part(request: AnyRequest, own: Own, template: str, **values: Any) -> Response[str]:
    """A page about one's own registration."""
    return page(
        request,
        template,
        reader=own.place.reader,
        cluster=own.place.cluster,
        headers={"Referrer-Policy": "no-referrer"},  # the token in the address is a key
        path_here=own.path,
        home=own.place.path,
        event=own.attending.event,
        registrant=own.attending.registrant,
        attending=own.attending,
        **values,
    )


ROUTES: list[ControllerRouterHandler] = [register, registered, own_page, reached, ask_cancel, cancel, calendar]
