"""The files of an event for those who came: added and taken away beside its letters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.events import materials
from service.web.console.access import AT_DESK, Desk
from service.web.console.event_letters import list_page
from service.web.edge import AnyRequest, form, go

_BODY = 6_000_000


@post("/console/{cluster:str}/events/{event_id:int}/materials", dependencies=AT_DESK, request_max_body_size=_BODY)
async def add(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Keep a file."""
    posted = await form(request)
    chosen = posted.file("file")
    try:
        await materials.add(
            cluster=desk.cluster,
            event_id=event_id,
            filename=chosen.filename if chosen else "",
            content=await posted.content("file"),
            now=now,
            actor_id=desk.coordinator.id,
        )
    except Refused as error:
        return await list_page(request, desk, event_id, now, status=422, problems=error.problems)
    return go(f"{desk.path}/events/{event_id}/letters?done=added#materials")


@post("/console/{cluster:str}/events/{event_id:int}/materials/{material_id:int}/remove", dependencies=AT_DESK)
async def remove(
    desk: NamedDependency[Desk], event_id: FromPath[int], material_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Take a file away."""
    await materials.remove(cluster=desk.cluster, event_id=event_id, material_id=material_id, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/events/{event_id}/letters?done=removed#materials")


ROUTES: list[ControllerRouterHandler] = [add, remove]
