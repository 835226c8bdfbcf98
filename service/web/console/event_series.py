"""The other dates of an event: new ones that say the same, publishing them, the series' name, and taking a date out of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.events import programme, publishing, repeating, series
from service.events.occasion import Occasion, State
from service.languages.catalogues import marked, translator
from service.languages.locales import AUTONYMS
from service.web.console import series_form
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.events import described
from service.web.edge import AnyRequest, form, go, wiring

_SERIES = "/console/{cluster:str}/events/{event_id:int}/series"

_DONE = {
    "added": marked("The dates are there. They are drafts: look through them, then publish them."),
    "published": marked("Published."),
    "renamed": marked("Saved."),
    "left": marked("This event stands alone now."),
}


@get(_SERIES, dependencies=AT_DESK)
async def show(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[str]:
    """Its dates, and a form for more."""
    return await _page(request, desk, event_id, now)


@post(_SERIES, dependencies=AT_DESK)
async def add(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """More dates: drafts to be looked through and published. Or more rows in the form."""
    posted = await form(request)
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    values = posted.values()
    try:
        taken = [one.starts_at.astimezone(ZoneInfo(one.zone)).date() for one in await _dates(desk, event)]
        if (changed := series_form.pressed(values, event=event, taken=taken)) is not None:
            return await _page(request, desk, event_id, now, values=changed)
        ids = await series.add_dates(
            cluster=desk.cluster,
            event_id=event_id,
            wanted=series_form.read(posted, event=event),
            now=now,
            actor_id=desk.coordinator.id,
        )
    except Refused as error:
        return await _page(request, desk, event_id, now, status=422, problems=series_form.at(error.problems, values), values=values)
    return go(f"{desk.path}/events/{ids[0]}/edit?done=copied" if len(ids) == 1 else f"{desk.path}/events/{event_id}/series?done=added")


@post(f"{_SERIES}/publish", dependencies=AT_DESK)
async def publish(desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Publish its drafts."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    drafts = [one.id for one in await _dates(desk, event) if _can_publish(one, now)]
    await publishing.publish_all(cluster=desk.cluster, event_ids=drafts, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/events/{event_id}/series?done=published")


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


def _can_publish(event: Occasion, now: datetime) -> bool:
    return event.state is State.DRAFT and not event.is_over(now)


async def _dates(desk: Desk, event: Occasion) -> list[Occasion]:
    if event.series_id is None:
        return [event]
    joined = await series.by_id(cluster_id=desk.cluster.id, series_id=event.series_id)
    return await series.dates(series=joined, with_drafts=True)


async def _page(
    request: AnyRequest, desk: Desk, event_id: int, now: datetime, *, values: Mapping[str, str] | None = None, **more: Any
) -> Response[str]:
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    joined = await series.by_id(cluster_id=desk.cluster.id, series_id=event.series_id) if event.series_id else None
    dates = await _dates(desk, event)
    shown = {f"title.{language}": text for language, text in joined.title.items()} if joined else {}
    shown |= values if values and series_form.rows(values) else {**series_form.blank(event), **(values or {})}
    language = desk.reader.language if desk.reader.language in desk.cluster.languages else desk.cluster.languages[0]
    words = translator(desk.reader.language)
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
        values=shown,
        rows=series_form.rows(shown),
        most=series_form.MOST,
        has_hours=series_form.has_hours(event),
        steps=[(key, words.gettext(text)) for key, text in repeating.STEPS.items()],
        drafts=sum(_can_publish(one, now) for one in dates) if joined else 0,
        **more,
    )


ROUTES: list[ControllerRouterHandler] = [show, add, publish, rename, leave]
