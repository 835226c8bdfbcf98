"""Who works for a cluster, and who may: operators invite, and operators found clusters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from service.errors import Refused
from service.identity import access as memberships
from service.identity import invitations
from service.languages.catalogues import marked
from service.letters.links import Links
from service.settings import Settings
from service.upkeep import founding
from service.web.console import access, profile_form
from service.web.console.access import AT_DESK, SIGNED_IN, Desk, Visit
from service.web.edge import AnyRequest, form, go

_SAID = {
    "invited": marked("A letter with an invitation is on its way."),
    "joined": marked("They have an account already, and see this cluster in their console from now on."),
    "left": marked("They no longer see this cluster."),
}


@get("/console/{cluster:str}/settings/coordinators", dependencies=AT_DESK)
async def listed(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """Who works for this cluster."""
    return await _members_page(request, desk)


@post("/console/{cluster:str}/settings/coordinators", dependencies=AT_DESK)
async def invite(
    request: AnyRequest, desk: NamedDependency[Desk], links: NamedDependency[Links], now: NamedDependency[datetime]
) -> Response[Any]:
    """Invite somebody to work for this cluster."""
    memberships.refuse_all_but_operators(coordinator=desk.coordinator)
    posted = await form(request)
    try:
        sent = await invitations.invite(
            address=posted.text("address"),
            cluster=desk.cluster,
            language=posted.text("language"),
            links=links,
            now=now,
            actor_id=desk.coordinator.id,
        )
    except Refused as error:
        return await _members_page(request, desk, status=422, problems=error.problems, values=posted.values())
    return go(f"{desk.path}/settings/coordinators?done={'invited' if sent else 'joined'}")


@post("/console/{cluster:str}/settings/coordinators/{coordinator_id:int}/remove", dependencies=AT_DESK)
async def remove(desk: NamedDependency[Desk], coordinator_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """End somebody's work for this cluster."""
    memberships.refuse_all_but_operators(coordinator=desk.coordinator)
    await memberships.leave(coordinator_id=coordinator_id, cluster_id=desk.cluster.id, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/settings/coordinators?done=left")


@get("/console/new", dependencies=SIGNED_IN)
async def new(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    """The form for a new cluster."""
    memberships.refuse_all_but_operators(coordinator=visit.coordinator)
    return _new_page(request, visit, values=profile_form.blank(language=visit.coordinator.language))


@post("/console/new", dependencies=SIGNED_IN)
async def found(
    request: AnyRequest, visit: NamedDependency[Visit], settings: NamedDependency[Settings], now: NamedDependency[datetime]
) -> Response[Any]:
    """Found a cluster."""
    memberships.refuse_all_but_operators(coordinator=visit.coordinator)
    posted = await form(request)
    try:
        profile = profile_form.read(posted)
        cluster = await founding.found_cluster(
            profile=profile,
            mail_domain=settings.mail_domain,
            coordinator_id=visit.coordinator.id,
            actor_id=visit.coordinator.id,
            now=now,
        )
    except Refused as error:
        return _new_page(request, visit, status=422, problems=error.problems, values=profile_form.typed(posted))
    return go(f"{access.HOME}/{cluster.slug}?done=founded")


async def _members_page(request: AnyRequest, desk: Desk, **shown: Any) -> Response[str]:
    return desk.page(
        request,
        "console/settings_members.html",
        home=desk.path,
        flash=access.said(request, _SAID),
        members=await memberships.members_of(cluster_id=desk.cluster.id),
        **profile_form.CHOICES,
        **({"problems": (), "values": {"language": desk.cluster.languages[0]}} | shown),
    )


def _new_page(request: AnyRequest, visit: Visit, **shown: Any) -> Response[str]:
    return visit.page(request, "console/settings_new.html", **profile_form.CHOICES, **({"problems": ()} | shown))


ROUTES = [listed, invite, remove, new, found]
