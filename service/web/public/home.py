"""The site's root, a cluster's home page, and its colours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect

from service.clusters import directory
from service.events import programme
from service.languages.choice import negotiate, pick
from service.opportunities import calls
from service.subscriptions import topics
from service.web.edge import AnyRequest
from service.web.pages import page, reader_of
from service.web.public import listing
from service.web.public.place import Place, provide_place

_NEXT = 4  # of each kind: a home page, not the list


@get("/")
async def root(request: AnyRequest) -> Response[Any]:
    """The one cluster's home, or the list of clusters."""
    clusters = await directory.all()
    if len(clusters) == 1:
        return Redirect(f"/{clusters[0].slug}", status_code=302)
    return page(request, "public/clusters.html", reader=reader_of(request), clusters=clusters)


@get("/{cluster:str}")
async def cluster_root(request: AnyRequest, cluster: FromPath[str]) -> Redirect:
    """To the cluster's home in the language the browser wishes for."""
    found = await directory.by_slug(slug=cluster)
    language = negotiate(request.headers.get("accept-language", ""), found.languages)
    return Redirect(f"/{found.slug}/{language}", status_code=302, headers={"Vary": "Accept-Language"})


@get("/{cluster:str}/{language:str}", dependencies={"place": Provide(provide_place)})
async def home(request: AnyRequest, place: NamedDependency[Place], now: NamedDependency[datetime]) -> Response[str]:
    """A cluster's home: what it is, what comes up, what is open, and how to hear of it."""
    about = pick(directory.about(place.cluster), place.reader.language, place.cluster.languages)
    offered = [{"name": topics.name_of(one, place.reader.language)} for one in await topics.of(cluster_id=place.cluster.id)]
    coming = await programme.upcoming(cluster_id=place.cluster.id, now=now, limit=_NEXT, is_announced=True)
    open_now = await calls.open(cluster_id=place.cluster.id, now=now, limit=_NEXT)
    return page(
        request,
        "public/home.html",
        reader=place.reader,
        cluster=place.cluster,
        about=about,
        events=[listing.event_card(event, place, now) for event in coming],
        calls=[listing.call_card(call, place, now) for call in open_now],
        topics=offered,
    )


@get("/{cluster:str}/brand.css")
async def brand(cluster: FromPath[str]) -> Response[str]:
    """The cluster's colour as a custom property; the address changes with the cluster's version."""
    found = await directory.by_slug(slug=cluster)
    return Response(
        f":root {{ --brand: {found.brand_color}; }}\n",
        media_type="text/css",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
