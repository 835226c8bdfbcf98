"""The programme of a cluster: as a list or as a month, narrowed by kind, topic, language and town. What nobody offers narrows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from service.errors import NotFound
from service.events import browsing, month
from service.events.browsing import Offered, Wanted
from service.events.month import Month, Part
from service.events.occasion import KIND_NAMES, Kind
from service.feeds import selection
from service.feeds.selection import Selection, What
from service.languages.catalogues import translator
from service.languages.dates import Dates
from service.languages.locales import AUTONYMS
from service.subscriptions import topics
from service.web.edge import AnyRequest
from service.web.pages import page
from service.web.public import listing
from service.web.public.events import AT_A_PLACE, page_number
from service.web.public.feeds import addresses
from service.web.public.place import Place

_PER_PAGE = 12
_FILTERS = ("kind", "topic", "language", "town")


@get("/{cluster:str}/{language:str}/events", dependencies=AT_A_PLACE)
async def listed(request: AnyRequest, place: NamedDependency[Place], now: NamedDependency[datetime]) -> Response[str]:
    """What comes up, what has been, or one month."""
    asked = await _asked(request.query_params, place, now)
    if "month" in request.query_params:
        return await _month_page(request, place, asked, now)
    number = page_number(request.query_params.get("page"))
    what: dict[str, Any] = {"cluster_id": place.cluster.id, "wanted": asked.wanted, "now": now, "is_past": asked.is_past}
    found = await browsing.listed(**what, limit=_PER_PAGE + 1, offset=(number - 1) * _PER_PAGE)
    return page(
        request,
        "public/events.html",
        **asked.context(place),
        feed=addresses(request, place, selection.of(asked.chosen, what=What.EVENTS)),
        feed_of_all=addresses(request, place, Selection()),
        events=[listing.event_card(event, place, now) for event in found[:_PER_PAGE]],
        total=await browsing.count(**what),
        previous_url=asked.url(page=number - 1) if number > 1 else "",
        next_url=asked.url(page=number + 1) if len(found) > _PER_PAGE else "",
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the query asks for: `chosen` are the filters as they stand in it, `options` what each of them can be."""

    here: str
    is_past: bool
    month: Month | None
    wanted: Wanted
    chosen: Mapping[str, str]
    options: Mapping[str, list[tuple[str, str]]]

    def url(self, **more: object) -> str:
        """This list with its filters, and `more` (empty values are left out)."""
        view = {"past": "yes"} if self.is_past else {"month": self.month.name} if self.month else {}
        query = {name: value for name, value in {**view, **self.chosen, **more}.items() if value}
        return self.here + (f"?{urlencode(query)}" if query else "")

    def context(self, place: Place) -> dict[str, Any]:
        """What both pages need."""
        words = translator(place.reader.language)
        plain = {name: value for name, value in self.chosen.items() if value}
        tabs = {"": {}, "month": {"month": "now"}, "past": {"past": "yes"}}
        urls = {name: self.here + (f"?{urlencode(view | plain)}" if view | plain else "") for name, view in tabs.items()}
        names = {"": words.gettext("Upcoming"), "month": words.gettext("Month"), "past": words.gettext("Past")}
        return {
            "reader": place.reader,
            "cluster": place.cluster,
            "tabs": [(names[name], url) for name, url in urls.items()],
            "current": urls["past" if self.is_past else "month" if self.month else ""],
            "is_past": self.is_past,
            "here": self.here,
            "month_name": self.month.name if self.month else "",
            "options": {name: found for name, found in self.options.items() if len(found) > 1 or self.chosen[name]},
            "values": self.chosen,
            "is_narrowed": bool(plain),
        }


async def _asked(query: Mapping[str, str], place: Place, now: datetime) -> _Asked:
    is_month, is_past = "month" in query, "past" in query and "month" not in query
    offered = await browsing.offered(cluster_id=place.cluster.id, now=now, is_past=None if is_month else is_past)
    known = {one.id: one for one in await topics.of(cluster_id=place.cluster.id)}
    words = translator(place.reader.language)
    options = {
        "kind": [(kind.value, words.gettext(KIND_NAMES[kind])) for kind in Kind if kind in offered.kinds],
        "topic": [(one.slug, topics.name_of(one, place.reader.language)) for one in known.values() if one.id in offered.topics],
        "language": [(one, AUTONYMS[one]) for one in AUTONYMS if one in offered.languages],
        "town": [(town, town) for town in offered.towns],
    }
    chosen = {name: _chosen(query.get(name, ""), options[name]) for name in _FILTERS}
    topic_id = next((one.id for one in known.values() if one.slug == chosen["topic"]), None)
    wanted = Wanted(Kind(chosen["kind"]) if chosen["kind"] else None, topic_id, chosen["language"] or None, chosen["town"] or None)
    return _Asked(f"{place.path}/events", is_past, _month(query, place, now), wanted, chosen, _counted(options, offered, known))


def _chosen(text: str, options: list[tuple[str, str]]) -> str:
    return text if text in dict(options) else ""


def _counted(options: Mapping[str, list[tuple[str, str]]], offered: Offered, known: Mapping[int, Any]) -> dict[str, list[tuple[str, str]]]:
    """The options with how many events each has."""
    by_slug = {one.slug: offered.topics.get(one.id, 0) for one in known.values()}
    counts: dict[str, Mapping[str, int]] = {
        "kind": offered.kinds,
        "topic": by_slug,
        "language": offered.languages,
        "town": offered.towns,
    }
    return {name: [(value, f"{label} ({counts[name][value]})") for value, label in found] for name, found in options.items()}


def _month(query: Mapping[str, str], place: Place, now: datetime) -> Month | None:
    if "month" not in query:
        return None
    this = month.of(now, place.cluster.zone)
    asked = month.read(query["month"], around=this)
    if asked is None and query["month"] not in ("", "now"):
        raise NotFound("There is no such month in the programme.")
    return asked or this


async def _month_page(request: AnyRequest, place: Place, asked: _Asked, now: datetime) -> Response[str]:
    assert asked.month is not None
    starts_at, ends_at = asked.month.bounds
    found = await browsing.between(cluster_id=place.cluster.id, wanted=asked.wanted, starts_at=starts_at, ends_at=ends_at)
    parts = month.placed(found)
    span = await browsing.span(cluster_id=place.cluster.id)
    this = month.of(now, place.cluster.zone)
    first, last = (month.of(moment, place.cluster.zone) for moment in span) if span else (this, this)
    return page(
        request,
        "public/events_month.html",
        **asked.context(place),
        month=asked.month,
        weeks=[[_cell(on, asked.month, parts.get(on, []), place, now) for on in week] for week in asked.month.weeks()],
        total=len({part.event.id for on, many in parts.items() if _is_in(on, asked.month) for part in many}),
        today=Dates(place.reader.language, place.cluster.zone).local(now).date(),
        previous_url=asked.url(month=asked.month.previous.name) if asked.month > min(first, this) else "",
        next_url=asked.url(month=asked.month.next.name) if asked.month < max(last, this) else "",
        this_url=asked.url(month=this.name) if asked.month != this else "",
    )


def _cell(on: date, shown: Month, parts: list[Part], place: Place, now: datetime) -> dict[str, Any]:
    is_in = _is_in(on, shown)
    return {"date": on, "is_in": is_in, "parts": [_part(part, place, now) for part in parts] if is_in else []}


def _part(part: Part, place: Place, now: datetime) -> dict[str, Any]:
    words, dates = translator(place.reader.language), Dates(place.reader.language, part.event.zone)
    card = listing.event_card(part.event, place, now)
    several = words.gettext("day {number} of {days}", number=part.number, days=part.days) if part.days > 1 else ""
    return {**card, "time": dates.time(part.day.starts_at), "several": several, "is_over": part.day.ends_at <= now}


def _is_in(on: date, shown: Month) -> bool:
    return (on.year, on.month) == (shown.year, shown.number)


ROUTES: list[ControllerRouterHandler] = [listed]
