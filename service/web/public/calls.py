"""The funding calls that a cluster points to: the list by the next cut-off, and one call."""

from __future__ import annotations

from datetime import datetime

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.feeds.selection import Selection, What
from service.languages.catalogues import translator
from service.languages.dates import Dates
from service.opportunities import calls
from service.web.edge import AnyRequest, wiring
from service.web.pages import page
from service.web.public import listing
from service.web.public.events import page_number
from service.web.public.feeds import addresses
from service.web.public.place import Place, provide_place

_AT_A_PLACE = {"place": Provide(provide_place)}
_PER_PAGE = 12
_LISTS = {"open": calls.open, "upcoming": calls.upcoming, "past": calls.past}


@get("/{cluster:str}/{language:str}/calls", dependencies=_AT_A_PLACE)
async def listed(request: AnyRequest, place: NamedDependency[Place], now: NamedDependency[datetime]) -> Response[str]:
    """What is open now, what will open, or what has been."""
    shown = request.query_params.get("show", "open")
    shown, number = shown if shown in _LISTS else "open", page_number(request.query_params.get("page"))
    found = await _LISTS[shown](cluster_id=place.cluster.id, now=now, limit=_PER_PAGE + 1, offset=(number - 1) * _PER_PAGE)
    words = translator(place.reader.language)
    names = {"open": words.gettext("Open now"), "upcoming": words.gettext("Opening later"), "past": words.gettext("Past")}
    return page(
        request,
        "public/calls.html",
        reader=place.reader,
        cluster=place.cluster,
        calls=[listing.call_card(call, place, now) for call in found[:_PER_PAGE]],
        shown=shown,
        current=_url(place, shown),
        tabs=[(names[one], _url(place, one)) for one in _LISTS],
        previous_url=_url(place, shown, number - 1) if number > 1 else "",
        next_url=_url(place, shown, number + 1) if len(found) > _PER_PAGE else "",
        feed=addresses(request, place, Selection(What.CALLS)),
        feed_of_all=addresses(request, place, Selection()),
    )


@get("/{cluster:str}/{language:str}/calls/{slug:str}", dependencies=_AT_A_PLACE)
async def show(request: AnyRequest, place: NamedDependency[Place], slug: FromPath[str], now: NamedDependency[datetime]) -> Response[str]:
    """One call with its cut-offs."""
    call = await calls.by_slug(cluster_id=place.cluster.id, slug=slug, now=now)
    language = place.reader.language
    return page(
        request,
        "public/call.html",
        reader=place.reader,
        cluster=place.cluster,
        call=call,
        standing=call.standing(now),
        next_cutoff=call.next_cutoff(now),
        remaining=listing.remaining(call, translator(language), Dates(language, place.cluster.zone), now),
        deadlines=[(cutoff, listing.deadline(cutoff.at, Dates(language, cutoff.zone))) for cutoff in call.cutoffs],
        canonical_url=wiring(request).links.call(cluster=place.cluster.slug, language=language, slug=slug),
    )


def _url(place: Place, shown: str, number: int = 1) -> str:
    query = "&".join(part for part in (f"show={shown}" if shown != "open" else "", f"page={number}" if number > 1 else "") if part)
    return f"{place.path}/calls" + (f"?{query}" if query else "")


ROUTES: list[ControllerRouterHandler] = [listed, show]
