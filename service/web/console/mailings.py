"""The console's newsletters: the list, a new one, what it is about, a copy, and throwing a draft away."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.clusters import fundings
from service.errors import Refused, Stale
from service.languages.catalogues import marked, translator
from service.mailings import drafts, editions, lifecycle, records
from service.mailings.drafts import Outline
from service.mailings.lifecycle import State
from service.mailings.tables import Mailing
from service.subscriptions import topics
from service.web.console.access import AT_DESK, Desk, said
from service.web.edge import AnyRequest, Form, form, go
from service.web.errors import newest, status_of

_PER_PAGE = 20

_DONE = {
    "removed": marked("The draft has been removed."),
    "copied": marked("This is the copy. The original stays as it was."),
    "changed": marked("Saved."),
}


@get("/console/{cluster:str}/mailings", dependencies=AT_DESK)
async def listed(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """One shelf: drafts, scheduled or sent, newest first."""
    counts = await records.counts(cluster_id=desk.cluster.id)
    shelf = request.query_params.get("shelf", "")
    shelf = shelf if shelf in records.SHELVES else _shelf_to_open(counts)
    before = request.query_params.get("before", "")
    found = await records.shelf(
        cluster_id=desk.cluster.id,
        states=records.SHELVES[shelf],
        before_id=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=_PER_PAGE + 1,
    )
    more = len(found) > _PER_PAGE
    older = urlencode({"shelf": shelf, "before": found[_PER_PAGE - 1].id}) if more else ""
    return desk.page(
        request,
        "console/mailings/list.html",
        shelf=shelf,
        counts=counts,
        found=found[:_PER_PAGE],
        topics={topic.id: topics.name_of(topic, desk.reader.language) for topic in await topics.of(cluster_id=desk.cluster.id)},
        languages=await editions.languages(mailing_ids=[one.id for one in found]),
        older_url=f"{desk.path}/mailings?{older}" if older else "",
        newer_url=f"{desk.path}/mailings?shelf={shelf}" if before else "",
        flash=said(request, _DONE),
    )


@get("/console/{cluster:str}/mailings/new", dependencies=AT_DESK)
async def new(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """The few things to say before writing."""
    first = (await topics.of(cluster_id=desk.cluster.id))[0]
    return await _outline_page(request, desk, None, values={"topic": first.id, "is_public": "yes"})


@post("/console/{cluster:str}/mailings/new", dependencies=AT_DESK)
async def create(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[Any]:
    """Begin it and go on writing."""
    fields = await form(request)
    try:
        mailing_id = await drafts.create(cluster_id=desk.cluster.id, outline=_outline(fields), now=now, actor_id=desk.coordinator.id)
    except Refused as error:
        return await _outline_page(request, desk, None, status=422, problems=error.problems, values=fields.values())
    return go(f"{desk.path}/mailings/{mailing_id}/write")


@get("/console/{cluster:str}/mailings/{mailing_id:int}", dependencies=AT_DESK)
async def one(desk: NamedDependency[Desk], mailing_id: FromPath[int]) -> Response[Any]:
    """To the page that matters now: writing a draft, the plan of a scheduled one, the results of one that has begun."""
    mailing = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    pages = {State.DRAFT: "write", State.SCHEDULED: "send"}
    return go(f"{desk.path}/mailings/{mailing.id}/{pages.get(State(mailing.state), 'results')}")


@get("/console/{cluster:str}/mailings/{mailing_id:int}/about", dependencies=AT_DESK)
async def about(request: AnyRequest, desk: NamedDependency[Desk], mailing_id: FromPath[int]) -> Response[str]:
    """What it is about, to change it."""
    mailing = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    return await _outline_page(request, desk, mailing, values=_values(mailing), flash=said(request, _DONE))


@post("/console/{cluster:str}/mailings/{mailing_id:int}/about", dependencies=AT_DESK)
async def change(
    request: AnyRequest, desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Change it."""
    fields = await form(request)
    which = {"cluster_id": desk.cluster.id, "mailing_id": mailing_id}
    try:
        version = int_of(fields.text("version"))
        await drafts.change(**which, outline=_outline(fields), version=version, now=now, actor_id=desk.coordinator.id)
    except (Refused, Stale) as error:
        mailing = await records.find(**which)
        return await _outline_page(
            request,
            desk,
            mailing,
            status=status_of(error),
            problems=error.problems,
            values={**fields.values(), **newest(error, mailing.version)},
        )
    return go(f"{desk.path}/mailings/{mailing_id}/about?done=changed")


@post("/console/{cluster:str}/mailings/{mailing_id:int}/copy", dependencies=AT_DESK)
async def duplicate(desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """A draft with the same words."""
    original = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    title = translator(desk.reader.language).gettext("{title} (copy)", title=original.title)
    copy_id = await drafts.duplicate(cluster_id=desk.cluster.id, mailing_id=mailing_id, title=title, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/mailings/{copy_id}/about?done=copied")


@get("/console/{cluster:str}/mailings/{mailing_id:int}/remove", dependencies=AT_DESK)
async def ask_remove(request: AnyRequest, desk: NamedDependency[Desk], mailing_id: FromPath[int]) -> Response[str]:
    """Sure? A draft that is removed does not come back."""
    mailing = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    lifecycle.editable(State(mailing.state))
    return desk.page(request, "console/mailings/remove.html", mailing=mailing)


@post("/console/{cluster:str}/mailings/{mailing_id:int}/remove", dependencies=AT_DESK)
async def remove(desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Throw the draft away."""
    await drafts.remove(cluster_id=desk.cluster.id, mailing_id=mailing_id, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/mailings?shelf=drafts&done=removed")


def int_of(text: str) -> int:
    """A hidden number of a form of ours; anything else reads as 0, which nothing has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _shelf_to_open(counts: dict[str, int]) -> str:
    return next((name for name, count in counts.items() if count), "drafts")


def _outline(fields: Form) -> Outline:
    funding = fields.text("funding")
    return Outline(
        title=fields.text("title"),
        topic_id=int_of(fields.text("topic")),
        funding_id=int_of(funding) if funding else None,
        is_public=fields.flag("is_public"),
    )


def _values(mailing: Mailing) -> dict[str, Any]:
    return {
        "title": mailing.title,
        "topic": mailing.topic_id,
        "funding": mailing.funding_id or "",
        "is_public": "yes" if mailing.is_public else "",
        "version": mailing.version,
    }


async def _outline_page(request: AnyRequest, desk: Desk, mailing: Mailing | None, **values: Any) -> Response[str]:
    language = desk.reader.language
    counts = await topics.counts(cluster_id=desk.cluster.id)
    offered = await topics.of(cluster_id=desk.cluster.id)
    return desk.page(
        request,
        "console/mailings/about.html",
        mailing=mailing,
        topics=[(topic.id, topics.name_of(topic, language), counts[topic.id].active) for topic in offered],
        fundings=[(one.id, one.title) for one in await fundings.of(cluster_id=desk.cluster.id)],
        **values,
    )


ROUTES: list[ControllerRouterHandler] = [listed, new, create, one, about, change, duplicate, ask_remove, remove]
