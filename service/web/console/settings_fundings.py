"""The fundings of a cluster: who pays, and the sentence each must be thanked with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from service.clusters import directory, fundings, images
from service.clusters.fundings import Draft
from service.errors import Refused
from service.languages.catalogues import marked
from service.web.console import access
from service.web.console.access import AT_DESK, Desk
from service.web.edge import AnyRequest, Form, form, go

_SAID = {"saved": marked("Saved."), "removed": marked("Removed.")}


@get("/console/{cluster:str}/settings/fundings", dependencies=AT_DESK)
async def listed(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """All of them."""
    found = await fundings.of(cluster_id=desk.cluster.id)
    return desk.page(request, "console/settings_fundings.html", home=desk.path, fundings=found, flash=access.said(request, _SAID))


@get("/console/{cluster:str}/settings/fundings/new", dependencies=AT_DESK)
async def new(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """A blank form."""
    return _page(request, desk)


@post("/console/{cluster:str}/settings/fundings/new", dependencies=AT_DESK, request_max_body_size=6_000_000)
async def create(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[Any]:
    """Add a funding."""
    posted = await form(request)
    try:
        draft = await _draft(posted, desk, None, now)
        await fundings.create(cluster_id=desk.cluster.id, draft=draft, now=now, actor_id=desk.coordinator.id)
    except Refused as error:
        return _page(request, desk, refused=error, values=posted.values())
    return _back(desk, "saved")


@get("/console/{cluster:str}/settings/fundings/{funding_id:int}", dependencies=AT_DESK)
async def show(request: AnyRequest, desk: NamedDependency[Desk], funding_id: FromPath[int]) -> Response[str]:
    """The form of a funding."""
    funding = await fundings.by_id(cluster_id=desk.cluster.id, funding_id=funding_id)
    sentences = {f"acknowledgement.{language}": text for language, text in directory.acknowledgement(funding).items()}
    values = {"title": funding.title, "funder": funding.funder, "code": funding.code} | sentences
    return _page(request, desk, values=values, funding=funding)


@post("/console/{cluster:str}/settings/fundings/{funding_id:int}", dependencies=AT_DESK, request_max_body_size=6_000_000)
async def save(
    request: AnyRequest, desk: NamedDependency[Desk], funding_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Change a funding."""
    funding = await fundings.by_id(cluster_id=desk.cluster.id, funding_id=funding_id)
    posted = await form(request)
    try:
        draft = await _draft(posted, desk, funding.logo_digest, now)
        await fundings.edit(cluster_id=desk.cluster.id, funding_id=funding_id, draft=draft, now=now, actor_id=desk.coordinator.id)
    except Refused as error:
        return _page(request, desk, refused=error, values=posted.values(), funding=funding)
    return _back(desk, "saved")


@post("/console/{cluster:str}/settings/fundings/{funding_id:int}/remove", dependencies=AT_DESK)
async def remove(desk: NamedDependency[Desk], funding_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Take a funding away."""
    await fundings.remove(cluster_id=desk.cluster.id, funding_id=funding_id, now=now, actor_id=desk.coordinator.id)
    return _back(desk, "removed")


async def _draft(posted: Form, desk: Desk, present: str | None, now: datetime) -> Draft:
    logo_digest = await images.chosen(
        cluster_id=desk.cluster.id,
        content=await posted.content("image") if posted.file("image") else None,
        present=None if posted.flag("without_logo") else present,
        now=now,
        actor_id=desk.coordinator.id,
    )
    return Draft(
        title=posted.text("title"),
        funder=posted.text("funder"),
        code=posted.text("code"),
        acknowledgement={one: posted.text(f"acknowledgement.{one}", limit=2000) for one in desk.cluster.languages},
        logo_digest=logo_digest,
    )


def _page(request: AnyRequest, desk: Desk, *, refused: Refused | None = None, **shown: Any) -> Response[str]:
    return desk.page(
        request,
        "console/settings_funding.html",
        status=422 if refused else 200,
        problems=refused.problems if refused else (),
        home=desk.path,
        **({"values": {}, "funding": None} | shown),
    )


def _back(desk: Desk, done: str) -> Response[Any]:
    return go(f"{desk.path}/settings/fundings?done={done}")


ROUTES = [listed, new, create, show, save, remove]
