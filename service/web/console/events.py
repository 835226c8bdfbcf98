"""The console's events: the lists, one event with what can be done about it, and calling it off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.clusters import fundings
from service.errors import Refused
from service.events import attendance, drafting, lifecycle, programme, publishing, registrants
from service.events.lifecycle import Act
from service.events.occasion import KIND_NAMES, Occasion
from service.events.office import Office
from service.languages.catalogues import marked, translator
from service.languages.choice import pick
from service.languages.dates import Dates
from service.languages.locales import AUTONYMS
from service.web.console.access import AT_DESK, Desk, said
from service.web.edge import AnyRequest, form, go, wiring
from service.web.public import listing
from service.web.public.events import page_number

_PER_PAGE = 20

DONE = {
    "created": marked("Saved as a draft. Nobody sees it until you publish it."),
    "saved": marked("Saved."),
    "sent": marked("Saved. The letters are on their way."),
    "publish": marked("Published. Everybody can see it now."),
    "close": marked("Registration is closed. Seats that come free still go to the waitlist."),
    "reopen": marked("Registration is open again."),
    "copied": marked("This is the copy, a draft. Give it new dates."),
    "call-off": marked("Called off. Everybody who was registered is told."),
}


@get("/console/{cluster:str}/events", dependencies=AT_DESK)
async def listed(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[str]:
    """What comes up, what is being written, what has been."""
    shown, number = request.query_params.get("show", "upcoming"), page_number(request.query_params.get("page"))
    found = await _found(desk, shown, number, now)
    events, here = found[:_PER_PAGE], f"{desk.path}/events?show={shown}"
    return desk.page(
        request,
        "console/events/list.html",
        shown=shown,
        events=[_row(event, desk, now) for event in events],
        waiting=await registrants.waiting(event_ids=[event.id for event in events]),
        newer_url=f"{here}&page={number - 1}" if number > 1 else "",
        older_url=f"{here}&page={number + 1}" if len(found) > _PER_PAGE else "",
        home=desk.path,
    )


@get("/console/{cluster:str}/events/{event_id:int}", dependencies=AT_DESK)
async def show(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[str]:
    """One event: how it stands and what can be done."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    return desk.page(
        request,
        "console/events/one.html",
        flash=said(request, DONE),
        here=f"{desk.path}/events/{event_id}",
        home=desk.path,
        event=event,
        counts=await registrants.counts(event_id=event_id),
        came=(await attendance.counts(event_id=event_id)).people if event.goes_on and attendance.days_so_far(event, now) else None,
        acts=() if event.is_public and event.is_over(now) else lifecycle.allowed(event.state),
        funding=await fundings.by_id(cluster_id=desk.cluster.id, funding_id=event.funding_id) if event.funding_id else None,
        public_url=wiring(request).links.event(cluster=desk.cluster.slug, language=_language(desk), slug=event.slug),
        missing=[AUTONYMS[language] for language in desk.cluster.languages if language not in event.title],
        **described(event, desk, now),
    )


@post("/console/{cluster:str}/events/{event_id:int}/decide", dependencies=AT_DESK)
async def decide(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Publish, close registration or open it again."""
    act = (await form(request)).text("act")
    if act not in (Act.PUBLISH, Act.CLOSE, Act.REOPEN):
        raise Refused("That cannot be done now: the event has changed meanwhile. Look at it again.")
    await publishing.decide(cluster=desk.cluster, event_id=event_id, act=Act(act), now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/events/{event_id}?done={act}")


@post("/console/{cluster:str}/events/{event_id:int}/copy", dependencies=AT_DESK)
async def duplicate(desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """A draft with the same words, for the next time."""
    copy_id = await drafting.duplicate(cluster=desk.cluster, event_id=event_id, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/events/{copy_id}/edit?done=copied")


@get("/console/{cluster:str}/events/{event_id:int}/call-off", dependencies=AT_DESK)
async def ask_call_off(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[str]:
    """What will happen, and room for a message."""
    return await _call_off_page(request, desk, event_id, now)


@post("/console/{cluster:str}/events/{event_id:int}/call-off", dependencies=AT_DESK)
async def call_off(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Call it off and tell everybody."""
    posted = await form(request)
    words = {language: posted.text(f"words.{language}", limit=50_000) for language in desk.cluster.languages}
    try:
        await publishing.call_off(office=office_of(request, desk), event_id=event_id, words=words, now=now, actor_id=desk.coordinator.id)
    except Refused as error:
        return await _call_off_page(request, desk, event_id, now, status=422, problems=error.problems, values=posted.values())
    return go(f"{desk.path}/events/{event_id}?done=call-off")


def described(event: Occasion, desk: Desk, now: datetime) -> dict[str, Any]:
    """An event in the coordinator's words: `title`, `kind`, `when`, `state` (badge kind and label)."""
    words, dates = translator(desk.reader.language), Dates(desk.reader.language, event.zone)
    return {
        "title": pick(event.title, desk.reader.language, desk.cluster.languages),
        "kind": words.gettext(KIND_NAMES[event.kind]),
        "when": listing.when(event, dates),
        "event_dates": dates,
        "state": _state(event, desk, now),
    }


def office_of(request: AnyRequest, desk: Desk) -> Office:
    """The office that writes about this cluster's events."""
    parts = wiring(request)
    return Office(desk.cluster, parts.links, parts.settings.mail_domain)


async def _found(desk: Desk, shown: str, number: int, now: datetime) -> list[Occasion]:
    limit, offset = _PER_PAGE + 1, (number - 1) * _PER_PAGE
    if shown == "drafts":
        return await programme.drafts(cluster_id=desk.cluster.id, limit=limit, offset=offset)
    find = programme.past if shown == "past" else programme.upcoming
    return await find(cluster_id=desk.cluster.id, now=now, limit=limit, offset=offset)


def _row(event: Occasion, desk: Desk, now: datetime) -> dict[str, Any]:
    return {"event": event, **described(event, desk, now)}


def _state(event: Occasion, desk: Desk, now: datetime) -> tuple[str, str]:
    words = translator(desk.reader.language)
    if not event.is_public:
        return ("info", words.gettext("Draft"))
    if event.goes_on and event.is_over(now):
        return ("neutral", words.gettext("Over"))
    return listing.state(event, words, now) or ("success", words.gettext("Registration open"))


def _language(desk: Desk) -> str:
    return desk.reader.language if desk.reader.language in desk.cluster.languages else desk.cluster.languages[0]


async def _call_off_page(request: AnyRequest, desk: Desk, event_id: int, now: datetime, **values: Any) -> Response[str]:
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    return desk.page(
        request,
        "console/events/call_off.html",
        here=f"{desk.path}/events/{event_id}",
        home=desk.path,
        event=event,
        counts=await registrants.counts(event_id=event_id),
        languages=[(language, AUTONYMS[language]) for language in desk.cluster.languages],
        **described(event, desk, now),
        **({"values": {}} | values),
    )


ROUTES: list[ControllerRouterHandler] = [listed, show, decide, duplicate, ask_call_off, call_off]
