"""One event of a cluster's programme, and its calendar file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.calendars import feeds
from service.clusters import directory, fundings
from service.clusters.tables import Funding
from service.events import agenda, entries, party, programme, questions, series, uploads, wording
from service.events.occasion import KIND_NAMES, Occasion
from service.events.office import Office
from service.events.series import Series
from service.languages.catalogues import translator
from service.languages.choice import pick
from service.languages.dates import Dates
from service.languages.locales import AUTONYMS
from service.web.edge import AnyRequest, as_file, wiring
from service.web.pages import Reader, page
from service.web.public import agenda_view, asking_view, listing, structured
from service.web.public.place import Place, provide_place
from service.web.public.registration_form import Rows

AT_A_PLACE = {"place": Provide(provide_place)}


@get("/{cluster:str}/{language:str}/events/{slug:str}", dependencies=AT_A_PLACE)
async def show(request: AnyRequest, place: NamedDependency[Place], slug: FromPath[str], now: NamedDependency[datetime]) -> Response[str]:
    """One event with its registration form."""
    event = await programme.by_slug(cluster_id=place.cluster.id, slug=slug)
    return await event_page(request, place, event, now)


@get("/{cluster:str}/{language:str}/events/{slug:str}/event.ics", dependencies=AT_A_PLACE)
async def calendar(request: AnyRequest, place: NamedDependency[Place], slug: FromPath[str]) -> Response[bytes]:
    """The event for anybody's calendar."""
    event = await programme.by_slug(cluster_id=place.cluster.id, slug=slug)
    office, language = office_of(request, place), place.reader.language
    content = feeds.feed(
        entries.of(office=office, event=event, language=language),
        name=pick(event.title, language, place.cluster.languages),
        source_url=f"{office.links.event(cluster=place.cluster.slug, language=language, slug=slug)}/event.ics",
        colour=place.cluster.brand_color,
    )
    return as_file(content, name=f"{event.slug}.ics", media_type="text/calendar")


async def event_page(
    request: AnyRequest, place: Place, event: Occasion, now: datetime, *, status: int = 200, rows: Rows | None = None, **values: Any
) -> Response[str]:
    """The page of an event; `rows`: its form as it was typed."""
    rows = rows or Rows([""], {"language": place.reader.language})
    reader = Reader(place.reader.language, event.zone)
    words, dates = translator(reader.language), Dates(reader.language, event.zone)
    links, order = wiring(request).links, place.cluster.languages
    found = await agenda.of(event_id=event.id)
    joined = await series.by_id(cluster_id=event.cluster_id, series_id=event.series_id) if event.series_id else None
    return page(
        request,
        "public/event.html",
        reader=reader,
        cluster=place.cluster,
        status=status,
        event=event,
        door=event.door(now),
        here=f"{place.path}/events/{event.slug}",
        canonical_url=links.event(cluster=place.cluster.slug, language=reader.language, slug=event.slug),
        kind=words.gettext(KIND_NAMES[event.kind]),
        state=listing.state(event, words, now),
        when=listing.when(event, dates),
        seats=listing.seats(event, words, now),
        seats_in={mode.value: listing.left(event.left_in(mode), words) for mode in event.modes},
        funding=await acknowledged(event, reader.language, place),
        languages=[(one, AUTONYMS[one]) for one in place.cluster.languages],
        consent=wording.registering(cluster_name=place.cluster.name, language=reader.language),
        agenda=agenda_view.days(event, found, dates, order),
        item_options=agenda_view.options(event, found, dates, order),
        series=joined,
        other_dates=await _other_dates(event, joined, place, now),
        structured=structured.of(event, place=place, links=links, agenda=found, series=joined, now=now),
        people=rows.people,
        new=rows.new,
        values=rows.values,
        most=party.MOST,
        asked=asking_view.shown(await questions.of(event_id=event.id), reader.language, order),
        accept=uploads.ACCEPT,
        **values,
    )


async def _other_dates(event: Occasion, joined: Series | None, place: Place, now: datetime) -> list[dict[str, Any]]:
    """The dates of the series that are still to come, without this one."""
    dates = await series.dates(series=joined) if joined else []
    return [listing.event_card(one, place, now) for one in dates if one.id != event.id and not one.is_over(now)]


async def acknowledged(event: Occasion, language: str, place: Place) -> tuple[Funding, str] | None:
    """Whoever pays for the event, and the words to thank them with."""
    if event.funding_id is None:
        return None
    funding = await fundings.by_id(cluster_id=event.cluster_id, funding_id=event.funding_id)
    return funding, pick(directory.acknowledgement(funding), language, place.cluster.languages)


def office_of(request: AnyRequest, place: Place) -> Office:
    """The office that writes about this cluster's events."""
    parts = wiring(request)
    return Office(place.cluster, parts.links, parts.settings.mail_domain)


def page_number(text: str | None) -> int:
    """The page that a query asks for; the first for anything else."""
    return max(1, int(text)) if text and text.isascii() and text.isdecimal() and len(text) < 5 else 1


ROUTES: list[ControllerRouterHandler] = [show, calendar]
