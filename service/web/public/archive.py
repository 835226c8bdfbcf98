"""The archive of newsletters: every issue by topic and number, as it was sent, for everybody."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import json

from service.languages import choice
from service.letters.links import Links
from service.mailings import archive
from service.web.edge import AnyRequest
from service.web.framed import framed
from service.web.pages import page
from service.web.public.place import Place, provide_place

_AT_A_PLACE = {"place": Provide(provide_place)}

_PER_PAGE = 30


@get("/{cluster:str}/{language:str}/newsletters", dependencies=_AT_A_PLACE)
async def listed(request: AnyRequest, place: NamedDependency[Place]) -> Response[str]:
    """What was sent, newest first."""
    wanted = request.query_params.get("page", "")
    number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 6 else 0
    order = list(place.cluster.languages)
    found = await archive.listed(
        cluster_id=place.cluster.id, language=place.reader.language, order=order, limit=_PER_PAGE + 1, offset=number * _PER_PAGE
    )
    here = f"{place.path}/newsletters"
    return page(
        request,
        "public/newsletters.html",
        reader=place.reader,
        cluster=place.cluster,
        found=[(one, choice.pick(json.decode(one.topic_name), place.reader.language, order)) for one in found[:_PER_PAGE]],
        older_url=f"{here}?page={number + 1}" if len(found) > _PER_PAGE else "",
        newer_url=f"{here}?page={number - 1}" if number else "",
    )


@get("/{cluster:str}/{language:str}/newsletters/{topic:str}/{number:int}", dependencies=_AT_A_PLACE)
async def issue(place: NamedDependency[Place], topic: FromPath[str], number: FromPath[int], links: NamedDependency[Links]) -> Response[str]:
    """One newsletter as it was sent; "unsubscribe" and "choose" lead to the subscribe page, because nobody knows who reads here."""
    home = links.cluster(cluster=place.cluster.slug, language=place.reader.language) + "/subscribe"
    found = await archive.issue(cluster_id=place.cluster.id, topic=topic, number=number, language=place.reader.language, home_url=home)
    return framed(found.html, site_url=links.site_url)


ROUTES: list[ControllerRouterHandler] = [listed, issue]
