"""The page behind the link of a confirmation letter: GET shows and changes nothing, POST says yes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.clusters import directory as clusters
from service.errors import Gone
from service.letters.links import Links
from service.people import addresses
from service.people import directory as people
from service.subscriptions import optin, topics
from service.subscriptions.tables import Optin
from service.tokens import Keys
from service.web.edge import AnyRequest, go
from service.web.pages import Reader, page

_EVER = datetime.fromtimestamp(0, UTC)


@get("/confirm/{token:str}")
async def show(
    request: AnyRequest,
    token: FromPath[str],
    keys: NamedDependency[Keys],
    links: NamedDependency[Links],
    now: NamedDependency[datetime],
) -> Response[str]:
    """The question with its button; afterwards, that it is done; too late, where to start again."""
    found = await optin.find(optin_id=_optin_id(token, keys))
    if found.confirmed_at is not None:
        return await _page(request, found, "public/confirmed.html", preferences_url=await _preferences_url(found, links))
    try:
        optin.check_open(optin=found, now=now)
    except Gone as gone:
        return await _page(request, found, "public/confirm_expired.html", status=410, problem=gone.problem)
    return await _page(request, found, "public/confirm.html", token=token)


@post("/confirm/{token:str}")
async def confirm(
    request: AnyRequest,
    token: FromPath[str],
    keys: NamedDependency[Keys],
    links: NamedDependency[Links],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Say yes; a second time changes nothing and shows the same."""
    found = await optin.find(optin_id=_optin_id(token, keys))
    try:
        await optin.confirm(optin_id=found.id, links=links, now=now)
    except Gone as gone:
        return await _page(request, found, "public/confirm_expired.html", status=410, problem=gone.problem)
    return go(f"/confirm/{token}")


def _optin_id(token: str, keys: Keys) -> int:
    """The row, even of an expired link: the row knows when it expires, and the page then knows where to start again."""
    found: int = keys.read(token, purpose="confirm", now=_EVER)
    return found


async def _preferences_url(found: Optin, links: Links) -> str:
    person = await people.find(cluster_id=found.cluster_id, address=found.address)
    return links.preferences(person_id=person.id) if person is not None else ""


async def _page(request: AnyRequest, found: Optin, template: str, **values: Any) -> Response[str]:
    cluster = await clusters.by_id(cluster_id=found.cluster_id)
    names = [topics.name_of(topic, found.language) for topic in await optin.asked_for(optin=found)]
    return page(
        request,
        template,
        reader=Reader(found.language, cluster.zone),
        cluster=cluster,
        optin=found,
        address=addresses.shown(found.address),
        topics=names,
        **values,
    )


ROUTES: list[ControllerRouterHandler] = [show, confirm]
