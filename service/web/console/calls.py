"""The console's funding calls: the lists, writing and changing one, publishing and closing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.clusters.profile import zones
from service.errors import Refused, Stale
from service.languages.catalogues import marked, translator
from service.languages.choice import pick
from service.languages.dates import Dates
from service.languages.locales import AUTONYMS
from service.opportunities import announcing, calls
from service.opportunities.opportunity import Act, Opportunity, Standing
from service.web.console import call_form
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.call_form import Typed
from service.web.edge import AnyRequest, form, go, wiring
from service.web.errors import newest, status_of
from service.web.public import listing
from service.web.public.events import page_number

_PER_PAGE = 20
_LISTS = {"open": calls.open, "upcoming": calls.upcoming, "drafts": calls.drafts, "past": calls.past}

_DONE = {
    "created": marked("Saved as a draft. Nobody sees it until you publish it."),
    "saved": marked("Saved."),
    "publish": marked("Published. Everybody can see it now."),
    "close": marked("Closed. It stands among the past calls."),
    "reopen": marked("It is open again."),
}


@get("/console/{cluster:str}/calls", dependencies=AT_DESK)
async def listed(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[str]:
    """Open ones by their next cut-off, those ahead, drafts and past ones."""
    shown, number = request.query_params.get("show", "open"), page_number(request.query_params.get("page"))
    shown = shown if shown in _LISTS else "open"
    found = await _LISTS[shown](cluster_id=desk.cluster.id, now=now, limit=_PER_PAGE + 1, offset=(number - 1) * _PER_PAGE)
    here = f"{desk.path}/calls?show={shown}"
    return desk.page(
        request,
        "console/calls/list.html",
        home=desk.path,
        shown=shown,
        calls=[_row(call, desk, now) for call in found[:_PER_PAGE]],
        newer_url=f"{here}&page={number - 1}" if number > 1 else "",
        older_url=f"{here}&page={number + 1}" if len(found) > _PER_PAGE else "",
    )


@get("/console/{cluster:str}/calls/new", dependencies=AT_DESK)
async def new(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[str]:
    """A blank form."""
    return _page(request, desk, None, now, values=call_form.blank(desk.cluster))


@post("/console/{cluster:str}/calls/new", dependencies=AT_DESK)
async def create(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[Any]:
    """Keep a draft."""
    posted = await form(request)
    if (changed := call_form.pressed(posted.values())) is not None:
        return _page(request, desk, None, now, values=changed)
    typed = Typed(posted, desk.cluster)
    try:
        call_id = await announcing.create(cluster=desk.cluster, facts=typed.facts(), now=now, actor_id=desk.coordinator.id)
    except Refused as error:
        return _page(request, desk, None, now, refused=error, values=typed.values)
    return go(f"{desk.path}/calls/{call_id}?done=created")


@get("/console/{cluster:str}/calls/{call_id:int}", dependencies=AT_DESK)
async def show(request: AnyRequest, desk: NamedDependency[Desk], call_id: FromPath[int], now: NamedDependency[datetime]) -> Response[str]:
    """A call's form, with what can be done about it."""
    call = await calls.by_id(cluster_id=desk.cluster.id, call_id=call_id, now=now)
    return _page(request, desk, call, now, values=call_form.values_of(call, desk.cluster))


@post("/console/{cluster:str}/calls/{call_id:int}", dependencies=AT_DESK)
async def save(request: AnyRequest, desk: NamedDependency[Desk], call_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Change it."""
    call = await calls.by_id(cluster_id=desk.cluster.id, call_id=call_id, now=now)
    posted = await form(request)
    if (changed := call_form.pressed(posted.values())) is not None:
        return _page(request, desk, call, now, values=changed)
    typed, version = Typed(posted, desk.cluster), posted.number("version")
    try:
        await announcing.edit(
            cluster=desk.cluster, call_id=call_id, facts=typed.facts(), version=version, now=now, actor_id=desk.coordinator.id
        )
    except (Refused, Stale) as error:
        return _page(request, desk, call, now, refused=error, values=typed.values | newest(error, call.version))
    return go(f"{desk.path}/calls/{call_id}?done=saved")


@post("/console/{cluster:str}/calls/{call_id:int}/decide", dependencies=AT_DESK)
async def decide(request: AnyRequest, desk: NamedDependency[Desk], call_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Publish, close or reopen."""
    act = (await form(request)).text("act")
    if act not in set(Act):
        raise Refused("That cannot be done now: the call has changed meanwhile. Look at it again.")
    await announcing.decide(cluster=desk.cluster, call_id=call_id, act=Act(act), now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/calls/{call_id}?done={act}")


def _row(call: Opportunity, desk: Desk, now: datetime) -> dict[str, Any]:
    cutoff = call.next_cutoff(now) or call.last_cutoff
    return {
        "call": call,
        "title": pick(call.title, desk.reader.language, desk.cluster.languages),
        "when": listing.deadline(cutoff.at, Dates(desk.reader.language, cutoff.zone)),
        "state": _state(call, desk, now),
    }


def _state(call: Opportunity, desk: Desk, now: datetime) -> tuple[str, str]:
    words = translator(desk.reader.language)
    if not call.is_public:
        return ("info", words.gettext("Draft"))
    kind = {Standing.OPEN: "success", Standing.UPCOMING: "info", Standing.PAST: "neutral"}[call.standing(now)]
    return (kind, listing.remaining(call, words, Dates(desk.reader.language, desk.cluster.zone), now))


def _page(
    request: AnyRequest,
    desk: Desk,
    call: Opportunity | None,
    now: datetime,
    *,
    values: call_form.Values,
    refused: Refused | Stale | None = None,
) -> Response[str]:
    words, languages = translator(desk.reader.language), desk.cluster.languages
    language = desk.reader.language if desk.reader.language in languages else languages[0]
    return desk.page(
        request,
        "console/calls/edit.html",
        status=status_of(refused) if refused else 200,
        problems=refused.problems if refused else (),
        flash=None if refused else said(request, _DONE),
        home=desk.path,
        call=call,
        title=pick(call.title, desk.reader.language, languages) if call else words.gettext("New funding call"),
        state=_state(call, desk, now) if call else None,
        public_url=wiring(request).links.call(cluster=desk.cluster.slug, language=language, slug=call.slug) if call else "",
        values=values,
        rows=call_form.rows(values),
        zones=[(zone, zone.replace("_", " ")) for zone in zones()],
        languages=[(one, AUTONYMS[one]) for one in languages],
    )


ROUTES: list[ControllerRouterHandler] = [listed, new, create, show, save, decide]
