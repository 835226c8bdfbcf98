"""A cluster's settings: what it is called, how it looks, who writes to whom in which languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from service.clusters import directory, images
from service.errors import Refused
from service.languages.catalogues import marked
from service.web.console import access, profile_form
from service.web.console.access import AT_DESK, Desk
from service.web.edge import AnyRequest, form, go

_SAID = {"saved": marked("Saved.")}


@get("/console/{cluster:str}/settings", dependencies=AT_DESK)
async def show(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """The profile."""
    return _page(request, desk)


@post("/console/{cluster:str}/settings", dependencies=AT_DESK, request_max_body_size=6_000_000)
async def save(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[Any]:
    """Change the profile, and the logo if another picture came along."""
    posted = await form(request)
    version = posted.number("version")
    try:
        logo_digest = await images.chosen(
            cluster_id=desk.cluster.id,
            content=await posted.content("image") if posted.file("image") else None,
            present=None if posted.flag("without_logo") else desk.cluster.logo_digest,
            now=now,
            actor_id=desk.coordinator.id,
        )
        profile = profile_form.read(posted, logo_digest=logo_digest)
        await directory.edit(cluster_id=desk.cluster.id, profile=profile, version=version, now=now, actor_id=desk.coordinator.id)
    except Refused as error:
        return _page(request, desk, refused=error, values=profile_form.typed(posted), version=version)
    return go(f"{desk.path}/settings?done=saved")


def _page(request: AnyRequest, desk: Desk, *, refused: Refused | None = None, **shown: Any) -> Response[str]:
    """The page, with what was refused about one of its forms."""
    standard = {"values": profile_form.values_of(desk.cluster), "version": desk.cluster.version}
    return desk.page(
        request,
        "console/settings.html",
        status=422 if refused else 200,
        problems=refused.problems if refused else (),
        flash=access.said(request, _SAID),
        home=desk.path,
        **profile_form.CHOICES,
        **(standard | shown),
    )


ROUTES = [show, save]
