"""A series of dates in public: all of them with their seats, and one form for as many as one likes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.events import series, several, wording
from service.events.form import Form as RegistrationForm
from service.events.occasion import Occasion
from service.events.series import Series
from service.languages.catalogues import translator
from service.languages.choice import pick
from service.languages.dates import Dates
from service.languages.locales import AUTONYMS
from service.web.edge import AnyRequest, Form, evenly, form, go, network
from service.web.pages import page
from service.web.public import agenda_view, came_back, listing
from service.web.public.events import AT_A_PLACE, office_of
from service.web.public.place import Place

_SERIES = "/{cluster:str}/{language:str}/series/{slug:str}"
_ALL = "all"
_NAMES = ("name", "address", "organisation", "role")


@get(_SERIES, dependencies=AT_A_PLACE)
async def show(request: AnyRequest, place: NamedDependency[Place], slug: FromPath[str], now: NamedDependency[datetime]) -> Response[str]:
    """All dates."""
    joined = await series.by_slug(cluster_id=place.cluster.id, slug=slug)
    return await _page(request, place, joined, now, values={"language": place.reader.language})


@post(f"{_SERIES}/register", dependencies=AT_A_PLACE)
async def register(
    request: AnyRequest, place: NamedDependency[Place], slug: FromPath[str], now: NamedDependency[datetime]
) -> Response[Any]:
    """Register for the dates that are ticked; a robot that filled the trap sees the same and nothing happens."""
    joined = await series.by_slug(cluster_id=place.cluster.id, slug=slug)
    fields = await form(request)
    chosen = fields.texts("dates")
    try:
        if not fields.flag("homepage"):
            async with evenly():
                await several.register(
                    office=office_of(request, place),
                    joined=joined,
                    event_ids=await _chosen(chosen, joined, now),
                    form=_form(fields, place),
                    network=network(request),
                    now=now,
                )
    except Refused as error:
        return await _page(request, place, joined, now, status=422, problems=error.problems, values=fields.values() | {"dates": chosen})
    word = await came_back.query(place=place, address=fields.text("address", limit=2000))
    return go(f"{place.path}/series/{slug}/registered{word}")


@get(f"{_SERIES}/registered", dependencies=AT_A_PLACE)
async def registered(request: AnyRequest, place: NamedDependency[Place], slug: FromPath[str]) -> Response[str]:
    """ "Look into your mailbox": the same for everybody."""
    joined = await series.by_slug(cluster_id=place.cluster.id, slug=slug)
    title = pick(joined.title, place.reader.language, place.cluster.languages)
    return page(
        request,
        "public/series_registered.html",
        reader=place.reader,
        cluster=place.cluster,
        series=joined,
        title=title,
        came_back=came_back.said(request),
    )


async def _chosen(sent: Sequence[str], joined: Series, now: datetime) -> Sequence[int]:
    return [event.id for event in await several.open_dates(joined=joined, now=now)] if _ALL in sent else agenda_view.item_ids(sent)


def _form(fields: Form, place: Place) -> RegistrationForm:
    return RegistrationForm(
        **{name: fields.text(name, limit=2000) for name in _NAMES},  # type: ignore[arg-type]  # the four are texts
        language=fields.text("language"),
        consent_words=wording.registering(cluster_name=place.cluster.name, language=place.reader.language),
    )


async def _page(request: AnyRequest, place: Place, joined: Series, now: datetime, **values: Any) -> Response[str]:
    dates = await series.dates(series=joined)
    options = [_option(event, place, now) for event in await several.open_dates(joined=joined, now=now)]
    coming = [event for event in dates if not event.is_over(now)]
    return page(
        request,
        "public/series.html",
        reader=place.reader,
        cluster=place.cluster,
        series=joined,
        title=pick(joined.title, place.reader.language, place.cluster.languages),
        coming=[listing.event_card(event, place, now) for event in coming],
        past=[listing.event_card(event, place, now) for event in dates if event.is_over(now)],
        options=[*([(_ALL, translator(place.reader.language).gettext("All of these dates"), "")] if len(options) > 1 else []), *options],
        languages=[(one, AUTONYMS[one]) for one in place.cluster.languages],
        consent=wording.registering(cluster_name=place.cluster.name, language=place.reader.language),
        **values,
    )


def _option(event: Occasion, place: Place, now: datetime) -> tuple[str, str, str]:
    words = translator(place.reader.language)
    badge = listing.state(event, words, now)
    left = listing.seats(event, words, now) or (badge[1] if badge else "")
    return str(event.id), listing.when(event, Dates(place.reader.language, event.zone)), " · ".join(filter(None, (event.place_line, left)))


ROUTES: list[ControllerRouterHandler] = [show, register, registered]
