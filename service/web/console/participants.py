"""Who comes: the list of an event, one more by hand, giving a place back for somebody, and the list as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.events import answer_columns, answers, choice_columns, participants, programme, proposals, registrants, registration, terms
from service.events.capacity import Standing
from service.events.form import Form as RegistrationForm
from service.events.occasion import Occasion
from service.languages.catalogues import marked
from service.languages.locales import AUTONYMS
from service.people import addresses
from service.returns import calendar_answers
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.events import described, office_of
from service.web.edge import AnyRequest, Form, as_file, form, go

_PER_PAGE = 50

_DONE = {
    "added": marked("Added. The letter is on its way."),
    "cancelled": marked("The place is given back; whoever was next in line has it now."),
}


@get("/console/{cluster:str}/events/{event_id:int}/participants", dependencies=AT_DESK)
async def listed(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[str]:
    """A page of the list, narrowed by state or by a part of name, organisation or address."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    query = {name: request.query_params.get(name, "")[:200] for name in ("state", "search")}
    state = Standing(query["state"]) if query["state"] in set(Standing) else None
    after = request.query_params.get("after", "")
    position = int(after) if after.isascii() and after.isdecimal() and len(after) < 18 else 0
    found = await registrants.page(event_id=event_id, limit=_PER_PAGE + 1, state=state, search=query["search"], after=position)
    narrowed = urlencode({name: value for name, value in query.items() if value})
    here = f"{desk.path}/events/{event_id}/participants"
    return _page(
        request,
        desk,
        event,
        now,
        "console/events/participants.html",
        flash=said(request, _DONE),
        found=found[:_PER_PAGE],
        shown=addresses.shown,
        answered=await answer_columns.of(
            event=event, language=desk.reader.language, registration_ids=[one.id for one in found[:_PER_PAGE]]
        ),
        unknown=await proposals.count(cluster_id=desk.cluster.id),
        counts=await registrants.counts(event_id=event_id),
        said=await answers.of_event(event_id=event_id),
        chosen=await choice_columns.of(event=event, language=desk.reader.language),
        proposals=await calendar_answers.proposals(cluster_id=desk.cluster.id, event_id=event_id),
        values=query,
        first_url=f"{here}?{narrowed}" if position else "",
        more_url=f"{here}?{narrowed}&after={found[_PER_PAGE - 1].position}" if len(found) > _PER_PAGE else "",
    )


@get("/console/{cluster:str}/events/{event_id:int}/participants/new", dependencies=AT_DESK)
async def new(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[str]:
    """A blank form."""
    return await _new_page(request, desk, event_id, now, values={"language": desk.cluster.languages[0]})


@post("/console/{cluster:str}/events/{event_id:int}/participants/new", dependencies=AT_DESK)
async def add(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Register somebody who called."""
    posted = await form(request)
    try:
        await registration.add(
            office=office_of(request, desk), event_id=event_id, form=_form(posted), actor_id=desk.coordinator.id, now=now
        )
    except Refused as error:
        return await _new_page(request, desk, event_id, now, status=422, problems=error.problems, values=posted.values())
    return go(f"{desk.path}/events/{event_id}/participants?done=added")


@get("/console/{cluster:str}/events/{event_id:int}/participants/{registration_id:int}/cancel", dependencies=AT_DESK)
async def ask_cancel(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    event_id: FromPath[int],
    registration_id: FromPath[int],
    now: NamedDependency[datetime],
) -> Response[str]:
    """Sure?"""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    registrant = await registrants.in_event(event_id=event_id, registration_id=registration_id)
    counts = await registrants.counts(event_id=event_id)
    return _page(request, desk, event, now, "console/events/participant_cancel.html", registrant=registrant, counts=counts)


@post("/console/{cluster:str}/events/{event_id:int}/participants/{registration_id:int}/cancel", dependencies=AT_DESK)
async def cancel(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    event_id: FromPath[int],
    registration_id: FromPath[int],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Give somebody's place back."""
    await registration.cancel(
        office=office_of(request, desk),
        event_id=event_id,
        registration_id=registration_id,
        by="coordinator",
        now=now,
        actor_id=desk.coordinator.id,
    )
    return go(f"{desk.path}/events/{event_id}/participants?done=cancelled")


@get("/console/{cluster:str}/events/{event_id:int}/participants/export/{format:str}", dependencies=AT_DESK)
async def download(
    desk: NamedDependency[Desk], event_id: FromPath[int], format: FromPath[str], now: NamedDependency[datetime]
) -> Response[bytes]:
    """The whole list as CSV or XLSX."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    content, media_type = await participants.sheet(event=event, language=desk.reader.language, format=format, now=now)
    return as_file(content, name=f"{event.slug}.{format}", media_type=media_type)


def _form(posted: Form) -> RegistrationForm:
    names = ("name", "address", "organisation", "role", "language")
    typed: dict[str, Any] = {name: posted.text(name, limit=2000) for name in names}
    return RegistrationForm(**typed, mode=terms.mode(posted.text("mode")))


async def _new_page(request: AnyRequest, desk: Desk, event_id: int, now: datetime, **values: Any) -> Response[str]:
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    languages = [(language, AUTONYMS[language]) for language in desk.cluster.languages]
    return _page(request, desk, event, now, "console/events/participant_new.html", languages=languages, **values)


def _page(request: AnyRequest, desk: Desk, event: Occasion, now: datetime, template: str, **values: Any) -> Response[str]:  # all of a page
    here = f"{desk.path}/events/{event.id}"
    return desk.page(request, template, here=here, home=desk.path, event=event, **described(event, desk, now), **values)


ROUTES: list[ControllerRouterHandler] = [listed, new, add, ask_cancel, cancel, download]
