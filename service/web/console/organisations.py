"""Organisations that people typed when they registered: new ones, ones that the directory has, or just words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from service.errors import Problem, Refused
from service.events import proposals
from service.events.office import Office
from service.events.proposals import Proposal
from service.languages.catalogues import marked
from service.people import organisations
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.events import office_of
from service.web.edge import AnyRequest, Form, form, go

_MOST = 20
_DONE = {
    "new": marked("It is in the directory now."),
    "known": marked("Understood: it is that one."),
    "text": marked("Left as it was typed."),
}


@get("/console/{cluster:str}/organisations", dependencies=AT_DESK)
async def listed(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """What waits for a decision."""
    return await _page(request, desk, flash=said(request, _DONE))


@post("/console/{cluster:str}/organisations", dependencies=AT_DESK)
async def decide(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[Any]:
    """New, known, or text."""
    posted = await form(request)
    number, do = posted.number("number"), posted.text("do")
    try:
        await _decide(office_of(request, desk), desk, posted, do, now)
    except Refused as error:
        problems = [Problem(one.text, f"{number}.{one.field}", one.values) for one in error.problems]
        values = {f"{number}.{name}": value for name, value in posted.values().items()}
        return await _page(request, desk, status=422, problems=problems, values=values, wrong=posted.text("key"))
    return go(f"{desk.path}/organisations?done={do}")


async def _decide(office: Office, desk: Desk, posted: Form, do: str, now: datetime) -> None:
    key: str = posted.text("key", limit=2000)
    if do == "new":
        texts = {name: posted.text(name, limit=2000) for name in ("name", "registry_code")}
        await proposals.accept(office=office, key=key, **texts, town="", now=now, actor_id=desk.coordinator.id)
    elif do == "known":
        if not posted.number("organisation"):
            raise Refused("Choose the organisation that is meant.", field="organisation")
        await proposals.match(office=office, key=key, organisation_id=posted.number("organisation"), now=now, actor_id=desk.coordinator.id)
    elif do == "text":
        await proposals.leave(cluster=desk.cluster, key=key)
    else:
        raise Refused("Choose what it is.", field="name")


async def _page(request: AnyRequest, desk: Desk, *, wrong: str = "", **values: Any) -> Response[str]:
    found = await proposals.of(cluster_id=desk.cluster.id, limit=_MOST)
    waiting = await proposals.count(cluster_id=desk.cluster.id)
    named = await organisations.named(cluster_id=desk.cluster.id)
    rows = [(proposal, await _options(desk, proposal, named)) for proposal in found]
    return desk.page(
        request, "console/organisations.html", home=desk.path, rows=rows, waiting=waiting, wrong=wrong, **({"values": {}} | values)
    )


async def _options(desk: Desk, proposal: Proposal, named: list[tuple[int, str]]) -> list[tuple[str, str]]:
    """Which one may be meant: those that are alike first."""
    alike = [(one.id, one.name) for one in await organisations.similar(cluster_id=desk.cluster.id, typed=proposal.typed)]
    return [(str(one_id), name) for one_id, name in dict.fromkeys([*alike, *named])]


ROUTES: list[ControllerRouterHandler] = [listed, decide]
