"""At the door: the list of people with a seat, one press each, on a phone as well."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.events import attendance, programme, registrants
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.web.console.access import AT_DESK, Desk
from service.web.console.events import described
from service.web.edge import AnyRequest, Form, form, go

_PER_PAGE = 200


@get("/console/{cluster:str}/events/{event_id:int}/attendance", dependencies=AT_DESK)
async def show(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[str]:
    """Who has a seat, and who of them came on the day."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    query = {name: request.query_params.get(name, "")[:200] for name in ("day", "search", "after")}
    return await _page(request, desk, event, now, query)


@post("/console/{cluster:str}/events/{event_id:int}/attendance", dependencies=AT_DESK)
async def mark(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """One person by the button beside the name, or all that are ticked; back to the same place in the list."""
    posted = await form(request)
    query = {name: posted.text(name, limit=200) for name in ("day", "search", "after")}
    one = posted.number("here") or posted.number("gone")
    ids = [one] if one else [int(text) for text in posted.texts("ticked") if text.isascii() and text.isdecimal() and len(text) < 18]
    try:
        await attendance.mark(
            cluster=desk.cluster,
            event_id=event_id,
            registration_ids=ids,
            day=_day(query["day"]) or date.min,
            here=not (posted.number("gone") or _is_gone(posted)),
            now=now,
            actor_id=desk.coordinator.id,
        )
    except Refused as error:
        event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
        return await _page(request, desk, event, now, query, status=422, problems=error.problems)
    kept = urlencode({name: value for name, value in query.items() if value})
    return go(f"{desk.path}/events/{event_id}/attendance?{kept}" + (f"#person-{one}" if one else ""))


def _is_gone(posted: Form) -> bool:
    return posted.text("do") == "gone"


async def _page(request: AnyRequest, desk: Desk, event: Occasion, now: datetime, query: dict[str, str], **values: Any) -> Response[str]:
    days = attendance.days_so_far(event, now) if event.goes_on else []
    chosen = _day(query["day"])
    day = chosen if chosen in days else (days[-1] if days else None)
    after = int(query["after"]) if query["after"].isascii() and query["after"].isdecimal() and len(query["after"]) < 18 else 0
    found = await registrants.page(event_id=event.id, limit=_PER_PAGE + 1, state=Standing.SEATED, search=query["search"], after=after)
    here = f"{desk.path}/events/{event.id}"
    kept = {"day": day.isoformat() if day else "", "search": query["search"]}
    return desk.page(
        request,
        "console/events/attendance.html",
        here=here,
        home=desk.path,
        event=event,
        days=days,
        day=day,
        people=found[:_PER_PAGE],
        present=await attendance.present(event_id=event.id),
        came=await attendance.counts(event_id=event.id),
        counts=await registrants.counts(event_id=event.id),
        values=kept | {"after": query["after"]},
        first_url=f"{here}/attendance?{urlencode(kept)}" if after else "",
        more_url=f"{here}/attendance?{urlencode(kept | {'after': found[_PER_PAGE - 1].position})}" if len(found) > _PER_PAGE else "",
        **described(event, desk, now),
        **values,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


ROUTES: list[ControllerRouterHandler] = [show, mark]
