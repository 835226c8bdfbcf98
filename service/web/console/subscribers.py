"""The console's subscribers: who reads what, and by which consent. Nobody is added here: consent is given by the person alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.delivery import suppressions
from service.people import addresses
from service.people.tables import Person
from service.subscriptions import consents, joining, leaving, subscribers, topics
from service.subscriptions.subscribers import Wanted
from service.subscriptions.tables import How
from service.upkeep import erasing
from service.web.console.access import AT_DESK, Desk
from service.web.console.events import office_of
from service.web.edge import AnyRequest, go


@get("/console/{cluster:str}/subscribers", dependencies=AT_DESK)
async def listed(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """A page of the list, narrowed by a part of name or address, or to the readers of one topic."""
    query = request.query_params
    narrowed = {name: query[name][:200] for name in ("search", "topic") if query.get(name)}
    topic_id = (await topics.by_slug(cluster_id=desk.cluster.id, slug=narrowed["topic"])).id if "topic" in narrowed else None
    wanted = Wanted(narrowed.get("search", ""), topic_id, _id(query.get("older_than")), _id(query.get("newer_than")))
    found = await subscribers.page(cluster_id=desk.cluster.id, wanted=wanted)
    return desk.page(
        request,
        "console/subscribers.html",
        found=found.subscribers,
        newer_url=_url(desk, narrowed, newer_than=found.newer_than),
        older_url=_url(desk, narrowed, older_than=found.older_than),
        topics=await _counted(desk),
        shown=addresses.shown,
        values={"search": "", "topic": "", **narrowed},
    )


@get("/console/{cluster:str}/subscribers/{person_id:int}", dependencies=AT_DESK)
async def one(request: AnyRequest, desk: NamedDependency[Desk], person_id: FromPath[int]) -> Response[str]:
    """One subscriber with every consent, and what keeps mail away."""
    return await _page(request, desk, person_id, "console/subscribers_one.html")


@get("/console/{cluster:str}/subscribers/{person_id:int}/leave", dependencies=AT_DESK)
async def ask_leave(request: AnyRequest, desk: NamedDependency[Desk], person_id: FromPath[int]) -> Response[str]:
    """Sure? Only the person can come back."""
    return await _page(request, desk, person_id, "console/subscribers_leave.html")


@post("/console/{cluster:str}/subscribers/{person_id:int}/leave", dependencies=AT_DESK)
async def leave(desk: NamedDependency[Desk], person_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Unsubscribe somebody who asked the office to."""
    person = await subscribers.find(cluster_id=desk.cluster.id, person_id=person_id)
    await leaving.leave_everything(person_id=person.id, how=How.OFFICE, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/subscribers/{person.id}")


@get("/console/{cluster:str}/subscribers/{person_id:int}/erase", dependencies=AT_DESK)
async def ask_erase(request: AnyRequest, desk: NamedDependency[Desk], person_id: FromPath[int]) -> Response[str]:
    """Sure? Nothing brings it back."""
    return await _page(request, desk, person_id, "console/subscribers_erase.html")


@post("/console/{cluster:str}/subscribers/{person_id:int}/erase", dependencies=AT_DESK)
async def erase(
    request: AnyRequest, desk: NamedDependency[Desk], person_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Erase somebody who asked for it."""
    await erasing.erase(office=office_of(request, desk), person_id=person_id, actor_id=desk.coordinator.id, now=now)
    return go(f"{desk.path}/subscribers")


def _id(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


def _url(desk: Desk, narrowed: dict[str, str], **place: int | None) -> str:
    """Another page of the same narrowed list; empty when there is none."""
    return "" if None in place.values() else f"{desk.path}/subscribers?{urlencode({**narrowed, **place})}"


async def _counted(desk: Desk) -> list[tuple[int, str, str, int]]:
    """Id, slug, name and number of readers of each topic."""
    counts = await topics.counts(cluster_id=desk.cluster.id)
    offered = await topics.of(cluster_id=desk.cluster.id)
    return [(one.id, one.slug, topics.name_of(one, desk.reader.language), counts[one.id].active) for one in offered]


async def _page(request: AnyRequest, desk: Desk, person_id: int, template: str) -> Response[str]:
    person = await subscribers.find(cluster_id=desk.cluster.id, person_id=person_id)
    return desk.page(
        request,
        template,
        person=person,
        address=addresses.shown(person.address),
        topics=await _topics(desk, person),
        history=await consents.history(person_id=person.id),
        held_back=[row.scope for row in await suppressions.find(cluster_id=desk.cluster.id, address=person.address)],
    )


async def _topics(desk: Desk, person: Person) -> list[tuple[str, str]]:
    """Name and `heard`, `left` or `never`, of each topic."""
    standing = await joining.standing(person=person)
    states = {**dict.fromkeys(standing.heard, "heard"), **dict.fromkeys(standing.left, "left")}
    offered = await topics.of(cluster_id=desk.cluster.id)
    return [(topics.name_of(one, desk.reader.language), states.get(one.id, "never")) for one in offered]


ROUTES: list[ControllerRouterHandler] = [listed, one, ask_leave, leave, ask_erase, erase]
