"""Choosing from the programme behind the signed link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from service.errors import Problem, Refused
from service.events import agenda, choices, choosing
from service.languages.dates import Dates
from service.web.edge import AnyRequest, form, go
from service.web.public import agenda_view
from service.web.public.events import office_of
from service.web.public.registration import OWN, Own, own_part


@get("/registration/{token:str}/programme", dependencies=OWN)
async def ask(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """What there is, what one has."""
    if not agenda_view.can_choose(own.attending, now):
        return go(own.path)
    chosen = await choices.of_registration(registration_id=own.attending.registrant.id)
    return await _page(request, own, [str(item_id) for item_id in chosen])


@post("/registration/{token:str}/programme", dependencies=OWN)
async def choose(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """From now on these, and no others."""
    typed = (await form(request)).texts("chosen")
    try:
        await choosing.change(
            office=office_of(request, own.place),
            event_id=own.attending.event.id,
            registration_id=own.attending.registrant.id,
            item_ids=agenda_view.item_ids(typed),
            now=now,
        )
    except Refused as error:
        return await _page(request, own, typed, error.problems)
    return go(own.path)


async def _page(request: AnyRequest, own: Own, typed: Sequence[str], problems: Sequence[Problem] = ()) -> Response[str]:
    event, cluster = own.attending.event, own.place.cluster
    found = await agenda.of(event_id=event.id)
    return own_part(
        request,
        own,
        "public/registration_programme.html",
        status=422 if problems else 200,
        problems=problems,
        values={"chosen": typed},
        item_options=agenda_view.options(event, found, Dates(own.place.reader.language, event.zone), cluster.languages),
    )


ROUTES: list[ControllerRouterHandler] = [ask, choose]
