"""The list of people who are invited to an event: add addresses, send the letters, see who has registered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.events import invitees, programme
from service.languages.catalogues import marked
from service.languages.locales import AUTONYMS
from service.people import addresses
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.events import described, office_of
from service.web.edge import AnyRequest, form, go

_PER_PAGE = 200

_DONE = {
    "added": marked("Added. They are written to when you send the invitations."),
    "known": marked("All of these addresses were on the list already."),
    "sent": marked("The invitations are on their way."),
    "nobody": marked("Everybody on the list has been written to already."),
    "removed": marked("Taken off the list. The link in the letter does not count any more."),
}


@get("/console/{cluster:str}/events/{event_id:int}/invitations", dependencies=AT_DESK)
async def listed(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[str]:
    """The list and the form for more."""
    return await _page(request, desk, event_id, now)


@post("/console/{cluster:str}/events/{event_id:int}/invitations", dependencies=AT_DESK)
async def add(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Put addresses on the list."""
    posted = await form(request)
    try:
        added = await invitees.add(
            office=office_of(request, desk),
            event_id=event_id,
            text=posted.text("addresses", limit=200_000),
            language=posted.text("language"),
            now=now,
            actor_id=desk.coordinator.id,
        )
    except Refused as error:
        return await _page(request, desk, event_id, now, status=422, problems=error.problems, values=posted.values())
    return go(f"{desk.path}/events/{event_id}/invitations?done={'added' if added else 'known'}")


@post("/console/{cluster:str}/events/{event_id:int}/invitations/send", dependencies=AT_DESK)
async def send(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Write to everybody who has not been written to."""
    try:
        sent = await invitees.invite(office=office_of(request, desk), event_id=event_id, now=now, actor_id=desk.coordinator.id)
    except Refused as error:
        return await _page(request, desk, event_id, now, status=422, problems=error.problems)
    return go(f"{desk.path}/events/{event_id}/invitations?done={'sent' if sent else 'nobody'}")


@post("/console/{cluster:str}/events/{event_id:int}/invitations/{invitee_id:int}/remove", dependencies=AT_DESK)
async def remove(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], invitee_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Take one off the list."""
    await invitees.remove(office=office_of(request, desk), event_id=event_id, invitee_id=invitee_id, now=now)
    return go(f"{desk.path}/events/{event_id}/invitations?done=removed")


async def _page(request: AnyRequest, desk: Desk, event_id: int, now: datetime, **values: Any) -> Response[str]:
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    after = request.query_params.get("after", "")
    found = await invitees.of_event(
        event_id=event_id, limit=_PER_PAGE + 1, after=int(after) if after.isascii() and after.isdecimal() and len(after) < 18 else 0
    )
    here = f"{desk.path}/events/{event_id}"
    return desk.page(
        request,
        "console/events/invitations.html",
        here=here,
        home=desk.path,
        flash=said(request, _DONE),
        event=event,
        can_send=event.goes_on and event.registration_ends > now,
        found=found[:_PER_PAGE],
        more_url=f"{here}/invitations?after={found[_PER_PAGE - 1].id}" if len(found) > _PER_PAGE else "",
        counts=await invitees.counts(event_id=event_id),
        shown=addresses.shown,
        languages=[(language, AUTONYMS[language]) for language in desk.cluster.languages],
        **described(event, desk, now),
        **({"values": {"language": desk.cluster.languages[0]}} | values),
    )


ROUTES: list[ControllerRouterHandler] = [listed, add, send, remove]
