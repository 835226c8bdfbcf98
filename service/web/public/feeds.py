"""Calendar feeds: a cluster's, in each of its languages, and a person's own behind a signed link. What has not changed is answered by `web/unchanged`."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import NotFound
from service.feeds import reading, selection, validators
from service.feeds.reading import Site
from service.feeds.selection import Selection, What
from service.feeds.shelf import Feed
from service.tokens import Keys
from service.web import unchanged
from service.web.edge import AnyRequest, wiring
from service.web.public.place import Place

FILES = {f"{what}.ics": what for what in What}


@get(["/{cluster:str}/{language:str}/events.ics", "/{cluster:str}/{language:str}/calls.ics", "/{cluster:str}/{language:str}/all.ics"])
async def of_cluster(
    request: AnyRequest, cluster: FromPath[str], language: FromPath[str], now: NamedDependency[datetime]
) -> Response[bytes]:
    """The programme (narrowed down as its page is, e.g. `?kind=training&town=Narva`), the cut-offs of funding calls, or both."""
    site = _site(request)
    validator = await validators.of_cluster(slug=cluster, language=language, site_url=site.links.site_url, now=now)
    if validator is None:
        raise NotFound("There is no such calendar here.")
    chosen = selection.of(request.query_params, what=FILES[request.url.path.rpartition("/")[2]])
    found = await reading.of_cluster(
        slug=cluster,
        language=language,
        selection=chosen,
        validator=validator,
        source_url=_address(f"{site.links.cluster(cluster=cluster, language=language)}/{chosen.what}.ics", chosen),
        site=site,
        now=now,
    )
    return _response(found, unchanged.PUBLIC, f"{cluster}-{chosen.what}.ics")


@get("/feed/{file:str}")
async def of_person(
    request: AnyRequest, file: FromPath[str], keys: NamedDependency[Keys], now: NamedDependency[datetime]
) -> Response[bytes]:
    """One's own: what comes up, less what was sent as an invitation (`?own`: that too); `?show=events` or `?show=calls` is one of both."""
    site = _site(request)
    person_id = keys.read(file.removesuffix(".ics"), purpose="feed", now=now)
    validator = await validators.of_person(person_id=person_id, site_url=site.links.site_url, now=now)
    if validator is None:
        raise NotFound("Nothing is kept here about you any more.")
    chosen = selection.of(request.query_params, what=FILES.get(f"{request.query_params.get('show')}.ics", What.ALL))
    found = await reading.of_person(
        person_id=person_id,
        selection=chosen,
        validator=validator,
        source_url=site.links.feed(person_id=person_id),
        site=site,
        now=now,
    )
    return _response(found, unchanged.PRIVATE, "kutse.ics")


def addresses(request: AnyRequest, place: Place, chosen: Selection) -> dict[str, str]:
    """Where a cluster's feed is: `https`, and `webcal`, which calendar programs know to subscribe to."""
    return _both(
        _address(f"{wiring(request).links.cluster(cluster=place.cluster.slug, language=place.reader.language)}/{chosen.what}.ics", chosen)
    )


def own_addresses(request: AnyRequest, person_id: int) -> dict[str, str]:
    """Where a person's own feed is."""
    return _both(wiring(request).links.feed(person_id=person_id))


def _both(url: str) -> dict[str, str]:
    return {"https": url, "webcal": f"webcal:{url.partition(':')[2]}"}


def _address(url: str, chosen: Selection) -> str:
    narrowed = {name: value for name in ("kind", "topic", "language", "town") if (value := getattr(chosen, name))}
    return f"{url}?{urlencode(narrowed)}" if narrowed else url


def _site(request: AnyRequest) -> Site:
    parts = wiring(request)
    return Site(parts.links, parts.settings.mail_domain)


def _response(found: Feed, cached: str, name: str) -> Response[bytes]:
    headers = {**unchanged.headers(found.validator, cached), "Content-Disposition": f'inline; filename="{name}"'}
    return Response(found.content, media_type="text/calendar", headers=headers)


ROUTES: list[ControllerRouterHandler] = [of_cluster, of_person]
