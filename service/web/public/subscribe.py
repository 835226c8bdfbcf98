"""The subscribe form of a cluster. Its answer is the same page whether or not the address is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.languages.locales import AUTONYMS
from service.letters.links import Links
from service.subscriptions import optin, topics, wording
from service.web.edge import AnyRequest, Form, evenly, form, go, network
from service.web.pages import page
from service.web.public import came_back
from service.web.public.place import Place, provide_place

_AT_A_PLACE = {"place": Provide(provide_place)}


@get("/{cluster:str}/{language:str}/subscribe", dependencies=_AT_A_PLACE)
async def show(request: AnyRequest, place: NamedDependency[Place]) -> Response[str]:
    """The form, with no box ticked: a tick is a consent."""
    return await _page(request, place, values={"language": place.reader.language})


@post("/{cluster:str}/{language:str}/subscribe", dependencies=_AT_A_PLACE)
async def ask(
    request: AnyRequest, place: NamedDependency[Place], links: NamedDependency[Links], now: NamedDependency[datetime]
) -> Response[Any]:
    """Ask the address by letter; a robot that filled the trap sees the same and nothing happens."""
    fields = await form(request)
    try:
        if not fields.flag("homepage"):
            wish, language = _wish(fields), place.reader.language
            async with evenly():
                await optin.request(cluster=place.cluster, wish=wish, shown_in=language, network=network(request), links=links, now=now)
    except Refused as error:
        values = {**fields.values(), "topics": fields.texts("topics")}
        return await _page(request, place, status=422, problems=error.problems, values=values)
    return go(f"{place.path}/subscribe/sent{await came_back.query(place=place, address=fields.text('address', limit=2000))}")


@get("/{cluster:str}/{language:str}/subscribe/sent", dependencies=_AT_A_PLACE)
async def sent(request: AnyRequest, place: NamedDependency[Place]) -> Response[str]:
    """ "Look into your mailbox"."""
    return page(
        request,
        "public/subscribe_sent.html",
        reader=place.reader,
        cluster=place.cluster,
        valid_days=optin.LIFETIME.days,
        came_back=came_back.said(request),
    )


def _wish(fields: Form) -> optin.Wish:
    return optin.Wish(
        address=fields.text("address", limit=2000),
        name=fields.text("name", limit=2000),
        language=fields.text("language"),
        topics=tuple(fields.texts("topics")),
    )


async def _page(request: AnyRequest, place: Place, **values: Any) -> Response[str]:
    language = place.reader.language
    offered = await topics.of(cluster_id=place.cluster.id)
    return page(
        request,
        "public/subscribe.html",
        reader=place.reader,
        cluster=place.cluster,
        topics=[(topic.slug, topics.name_of(topic, language), topics.description_of(topic, language)) for topic in offered],
        languages=[(one, AUTONYMS[one]) for one in place.cluster.languages],
        words=wording.joining(cluster_name=place.cluster.name, language=language),
        **values,
    )


ROUTES: list[ControllerRouterHandler] = [show, ask, sent]
