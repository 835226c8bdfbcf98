"""The materials of an event behind one's own signed link: for people with a seat, from its beginning on."""

from __future__ import annotations

from datetime import datetime

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import NotFound
from service.events import materials
from service.web.edge import as_file
from service.web.public.registration import OWN, Own


@get("/registration/{token:str}/materials/{material_id:int}", dependencies=OWN)
async def download(own: NamedDependency[Own], material_id: FromPath[int], now: NamedDependency[datetime]) -> Response[bytes]:
    """One file."""
    event, registrant = own.attending.event, own.attending.registrant
    if material_id not in {one.id for one in await materials.behind_link(event=event, registrant=registrant, now=now)}:
        raise NotFound("This file is not there any more.")
    file = await materials.load(event_id=event.id, material_id=material_id)
    return as_file(file.content, name=file.name, media_type=file.media_type)


ROUTES: list[ControllerRouterHandler] = [download]
