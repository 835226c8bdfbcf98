"""The other dates of an event: a new one that says the same, the series' name, and taking a date out of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.events import programme, series
from service.languages.catalogues import marked
from service.languages.locales import AUTONYMS
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.events import described
from service.web.edge import AnyRequest, form, go, wiring

_SERIES = "/console/{cluster:str}/events/{event_id:int}/series"

_DONE = {
    "renamed": marked("Saved."),
    "left": marked("This event stands alone now."),
}


@get(_SERIES, dependencies=AT_DESK)
async def show(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[str]:
    """Its dates, and a form for one more."""
    return await _page(request, desk, event_id, now)


@post(_SERIES, dependencies=AT_DESK)
async def add(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """One date more: a draft to be looked through and published."""
    posted = await form(request)
    try:
        on = _date(posted.text("date"))
        copy_id = await series.add_date(cluster=desk.cluster, event_id=event_id, on=on, now=now, actor_id=desk.coordinator.id)
    except Refused as error:
        return await _page(request, desk, event_id, now, status=422, problems=error.problems, values=posted.values())
    return go(f"{desk.path}/events/{copy_id}/edit?done=copied")


@post(f"{_SERIES}/title", dependencies=AT_DESK)
async def rename(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """What the series is called."""
    posted = await form(request)
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    title = {language: posted.text(f"title.{language}", limit=2000) for language in desk.cluster.languages}
    try:
        await series.rename(cluster=desk.cluster, series_id=event.series_id or 0, title=title)
    except Refused as error:
        return await _page(request, desk, event_id, now, status=422, problems=error.problems, values=posted.values())
    return go(f"{desk.path}/events/{event_id}/series?done=renamed")


@post(f"{_SERIES}/leave", dependencies=AT_DESK)
async def leave(desk: NamedDependency[Desk], event_id: FromPath[int]) -> Response[Any]:
    """The event stands alone."""
    await series.leave(cluster_id=desk.cluster.id, event_id=event_id)
    return go(f"{desk.path}/events/{event_id}/series?done=left")


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 2000 <= found.year <= 2200:
        raise Refused("Give a date, such as 2027-03-02.", field="date")
    return found


async def _page(request: AnyRequest, desk: Desk, event_id: int, now: datetime, **values: Any) -> Response[str]:
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    joined = await series.by_id(cluster_id=desk.cluster.id, series_id=event.series_id) if event.series_id else None
    dates = await series.dates(series=joined, with_drafts=True) if joined else [event]
    titles = {f"title.{language}": text for language, text in joined.title.items()} if joined else {}
    language = desk.reader.language if desk.reader.language in desk.cluster.languages else desk.cluster.languages[0]
    home = wiring(request).links.cluster(cluster=desk.cluster.slug, language=language)
    return desk.page(
        request,
        "console/events/series.html",
        flash=said(request, _DONE),
        here=f"{desk.path}/events/{event_id}",
        home=desk.path,
        event=event,
        series=joined,
        public_url=f"{home}/series/{joined.slug}" if joined else "",
        dates_of_it=[{"event": one, **described(one, desk, now)} for one in dates],
        languages=[(one, AUTONYMS[one]) for one in desk.cluster.languages],
        **described(event, desk, now),
        **({"values": titles} | values),
    )


ROUTES: list[ControllerRouterHandler] = [show, add, rename, leave]
