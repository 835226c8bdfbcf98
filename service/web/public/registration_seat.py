"""What one does about one's seat behind the signed link: take the seat that is held, say that it is you, take part in the other mode."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.events import modes, offers, vouching
from service.events.terms import Mode
from service.web.edge import AnyRequest, form, go
from service.web.public.events import office_of
from service.web.public.registration import OWN, Own, own_view


@post("/registration/{token:str}/confirm", dependencies=OWN)
async def confirm(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """Take the seat that is held."""
    return await _done(request, own, now, offers.confirm(**_whose(request, own), now=now))


@post("/registration/{token:str}/prove", dependencies=OWN)
async def prove(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """It is me: a member, or somebody who was invited."""
    return await _done(request, own, now, vouching.prove(**_whose(request, own), now=now))


@post("/registration/{token:str}/mode", dependencies=OWN)
async def change_mode(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """In the room instead of online, or the other way round."""
    wanted = (await form(request)).text("mode")
    if wanted not in set(Mode):
        raise Refused("Choose how you take part.", field="mode")
    return await _done(request, own, now, modes.change(**_whose(request, own), mode=Mode(wanted), now=now))


def _whose(request: AnyRequest, own: Own) -> dict[str, Any]:
    return {
        "office": office_of(request, own.place),
        "event_id": own.attending.event.id,
        "registration_id": own.attending.registrant.id,
    }


async def _done(request: AnyRequest, own: Own, now: datetime, act: Awaitable[object]) -> Response[Any]:
    try:
        await act
    except Refused as error:
        return await own_view(request, own, now, status=422, problems=error.problems)
    return go(own.path)


ROUTES: list[ControllerRouterHandler] = [confirm, prove, change_mode]
