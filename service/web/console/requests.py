"""Requests for a seat that wait for the office: the list, and yes or no to one or several at once, with a message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.events import approving, programme, registrants
from service.events.approving import Decided
from service.events.capacity import Standing
from service.languages.catalogues import translator
from service.people import addresses
from service.web.console.access import AT_DESK, Desk
from service.web.console.events import described, office_of
from service.web.edge import AnyRequest, Form, form, go

_MOST = 200
_ACTS = {"accept": approving.accept, "decline": approving.decline}


@get("/console/{cluster:str}/events/{event_id:int}/requests", dependencies=AT_DESK)
async def listed(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[str]:
    """Who asks, in the order in which they came; with `?state=declined` those who were declined."""
    return await _page(request, desk, event_id, now)


@post("/console/{cluster:str}/events/{event_id:int}/requests", dependencies=AT_DESK)
async def decide(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Say yes or no: to those that are ticked, or to the one whose button was pressed."""
    posted = await form(request)
    act, _, one = posted.text("do").partition(":")
    try:
        if act not in _ACTS:
            raise Refused("Accept or decline: press one of the buttons.")
        decided = await _ACTS[act](
            office=office_of(request, desk),
            event_id=event_id,
            registration_ids=_chosen(posted, one),
            words=posted.text("words", limit=50_000),
            now=now,
            actor_id=desk.coordinator.id,
        )
    except Refused as error:
        return await _page(request, desk, event_id, now, status=422, problems=error.problems, values=posted.values())
    return go(f"{desk.path}/events/{event_id}/requests?seated={decided.seated}&waiting={decided.waiting}&declined={decided.declined}")


def _chosen(posted: Form, one: str) -> list[int]:
    texts = [one] if one else posted.texts("registration")
    return [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 18]


def _told(request: AnyRequest, desk: Desk) -> dict[str, str] | None:
    """What the last decision did, in words."""
    words = translator(desk.reader.language)
    numbers = [request.query_params.get(name, "") for name in ("seated", "waiting", "declined")]
    done = Decided(*(int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0 for text in numbers))
    said = [
        words.ngettext("{n} person has a seat now.", "{n} people have a seat now.", done.seated) if done.seated else "",
        words.ngettext("{n} person waits in line for one.", "{n} people wait in line for one.", done.waiting) if done.waiting else "",
        words.ngettext("{n} request is declined.", "{n} requests are declined.", done.declined) if done.declined else "",
    ]
    text = " ".join(filter(None, [*said, words.gettext("The letters are on their way.")]))
    return {"kind": "success", "text": text} if any(said) else None


async def _page(request: AnyRequest, desk: Desk, event_id: int, now: datetime, **values: Any) -> Response[str]:
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    state = Standing.DECLINED if request.query_params.get("state") == Standing.DECLINED else Standing.PENDING
    return desk.page(
        request,
        "console/events/requests.html",
        here=f"{desk.path}/events/{event_id}",
        home=desk.path,
        flash=_told(request, desk),
        event=event,
        state_shown=state,
        found=await registrants.page(event_id=event_id, limit=_MOST, state=state),
        counts=await registrants.counts(event_id=event_id),
        shown=addresses.shown,
        **described(event, desk, now),
        **({"values": {}} | values),
    )


ROUTES: list[ControllerRouterHandler] = [listed, decide]
