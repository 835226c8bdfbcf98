"""A cluster's settings: what it is called, how it looks, who writes to whom in which languages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from service.clusters import directory, fundings, logo
from service.errors import Refused
from service.identity import access as memberships
from service.languages.catalogues import marked
from service.web.console import access, profile_form
from service.web.console.access import AT_DESK, Desk
from service.web.edge import AnyRequest, form, go

SAID = {
    "saved": marked("Saved."),
    "logo": marked("The logo is changed. It shows on the pages and in letters from now on."),
    "invited": marked("A letter with an invitation is on its way."),
    "joined": marked("They have an account already, and see this cluster in their console from now on."),
    "left": marked("They no longer see this cluster."),
    "removed": marked("Removed."),
}


@get("/console/{cluster:str}/settings", dependencies=AT_DESK)
async def show(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """Everything that can be set for a cluster, on one page."""
    return await settings_page(request, desk)


@post("/console/{cluster:str}/settings", dependencies=AT_DESK)
async def save(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[Any]:
    """Change the profile."""
    posted = await form(request)
    version = posted.number("version")
    try:
        await directory.edit(
            cluster_id=desk.cluster.id, profile=profile_form.read(posted), version=version, now=now, actor_id=desk.coordinator.id
        )
    except Refused as error:
        return await settings_page(request, desk, refused=error, values=profile_form.typed(posted), version=version)
    return go(f"{desk.path}/settings?done=saved")


@post("/console/{cluster:str}/settings/logo", dependencies=AT_DESK, request_max_body_size=6_000_000)
async def change_logo(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[Any]:
    """Upload a logo."""
    posted = await form(request)
    try:
        content = await posted.content("image")
        await logo.replace(cluster_id=desk.cluster.id, content=content, now=now, actor_id=desk.coordinator.id)
    except Refused as error:
        return await settings_page(request, desk, refused=error)
    return go(f"{desk.path}/settings?done=logo")


@post("/console/{cluster:str}/settings/logo/remove", dependencies=AT_DESK)
async def remove_logo(desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[Any]:
    """Show the name only."""
    await directory.set_logo(cluster_id=desk.cluster.id, digest=None, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/settings?done=logo")


async def settings_page(request: AnyRequest, desk: Desk, *, refused: Refused | None = None, **shown: Any) -> Response[str]:
    """The page, with what was refused about one of its forms."""
    standard = {"values": profile_form.values_of(desk.cluster), "version": desk.cluster.version}
    return desk.page(
        request,
        "console/settings.html",
        status=422 if refused else 200,
        problems=refused.problems if refused else (),
        flash=access.said(request, SAID),
        home=desk.path,
        fundings=await fundings.of(cluster_id=desk.cluster.id),
        members=await memberships.members_of(cluster_id=desk.cluster.id),
        **profile_form.CHOICES,
        **(standard | shown),
    )


ROUTES = [show, save, change_logo, remove_logo]
