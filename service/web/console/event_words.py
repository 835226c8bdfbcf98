"""What an event is about: a new one, and changes, which are shown before they are sent to anybody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.clusters import fundings, images
from service.clusters.profile import zones
from service.errors import Refused, Stale
from service.events import changes, drafting, programme
from service.events.changes import Forecast
from service.events.occasion import KIND_NAMES, Occasion
from service.languages.catalogues import translator
from service.languages.choice import pick
from service.languages.dates import Dates
from service.languages.locales import AUTONYMS
from service.subscriptions import topics
from service.web.console import event_form, event_terms
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.event_form import Typed
from service.web.console.events import DONE, office_of
from service.web.edge import AnyRequest, Form, form, go
from service.web.errors import newest, status_of

_BODY = 6_000_000


@get("/console/{cluster:str}/events/new", dependencies=AT_DESK)
async def new(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """A blank form."""
    return await _page(request, desk, None, values=event_form.blank(desk.cluster))


@post("/console/{cluster:str}/events/new", dependencies=AT_DESK, request_max_body_size=_BODY)
async def create(request: AnyRequest, desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[Any]:
    """Keep a draft."""
    posted = await form(request)
    if (changed := event_form.pressed(posted.values())) is not None:
        return await _page(request, desk, None, values=changed)
    typed = Typed(posted, desk.cluster, posted.text("image_digest"))
    try:
        typed = await _with_picture(posted, desk, now)
        event_id = await drafting.create(cluster=desk.cluster, facts=typed.facts(), now=now, actor_id=desk.coordinator.id)
    except Refused as error:
        return await _page(request, desk, None, refused=error, values=typed.values)
    return go(f"{desk.path}/events/{event_id}?done=created")


@get("/console/{cluster:str}/events/{event_id:int}/edit", dependencies=AT_DESK)
async def edit(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int]) -> Response[str]:
    """The form of an event."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    return await _page(request, desk, event, values=event_form.values_of(event))


@post("/console/{cluster:str}/events/{event_id:int}/edit", dependencies=AT_DESK, request_max_body_size=_BODY)
async def save(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Change it; when that sends letters, show them first."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    posted = await form(request)
    if (changed := event_form.pressed(posted.values())) is not None:
        return await _page(request, desk, event, values=changed)
    typed = Typed(posted, desk.cluster, posted.text("image_digest"))
    if posted.text("do") == "back":
        return await _page(request, desk, event, values=typed.values)
    try:
        typed = await _with_picture(posted, desk, now)
        facts, announced = typed.facts(), posted.flag("confirmed")
        what: dict[str, Any] = {
            "office": office_of(request, desk),
            "event_id": event_id,
            "facts": facts,
            "version": posted.number("version"),
            "now": now,
        }
        forecast = await changes.foresee(**what)
        if forecast.letters and not announced:
            return _forecast_page(request, desk, forecast, typed)
        done = await changes.edit(**what, announced=announced, actor_id=desk.coordinator.id)
    except (Refused, Stale) as error:
        return await _page(request, desk, event, refused=error, values=typed.values | newest(error, event.version))
    return go(f"{desk.path}/events/{event_id}?done={'sent' if done.letters else 'saved'}")


async def _with_picture(posted: Form, desk: Desk, now: datetime) -> Typed:
    """The form, its new picture kept. Raises Refused for what is no picture."""
    digest = "" if posted.flag("without_picture") else posted.text("image_digest")
    if posted.file("image"):
        content = await posted.content("image")
        digest = (await images.store(cluster_id=desk.cluster.id, content=content, now=now, actor_id=desk.coordinator.id)).digest
    return Typed(posted, desk.cluster, digest)


async def _page(
    request: AnyRequest, desk: Desk, event: Occasion | None, *, values: event_form.Values, refused: Refused | Stale | None = None
) -> Response[str]:
    words = translator(desk.reader.language)
    return desk.page(
        request,
        "console/events/edit.html",
        status=status_of(refused) if refused else 200,
        problems=refused.problems if refused else (),
        flash=None if refused else said(request, DONE),
        home=desk.path,
        event=event,
        title=pick(event.title, desk.reader.language, desk.cluster.languages) if event else words.gettext("New event"),
        values=values,
        rows=event_form.rows(values),
        kinds=[(kind.value, words.gettext(name)) for kind, name in KIND_NAMES.items()],
        zones=[(zone, zone.replace("_", " ")) for zone in zones()],
        fundings=[("", words.gettext("None"))] + [(one.id, one.title) for one in await fundings.of(cluster_id=desk.cluster.id)],
        languages=[(language, AUTONYMS[language]) for language in desk.cluster.languages],
        spoken=list(AUTONYMS.items()),
        topics=[(one.id, topics.name_of(one, desk.reader.language)) for one in await topics.of(cluster_id=desk.cluster.id)],
        access_names=[(access.value, words.gettext(name)) for access, name in event_terms.ACCESS_NAMES.items()],
    )


def _forecast_page(request: AnyRequest, desk: Desk, forecast: Forecast, typed: Typed) -> Response[str]:
    return desk.page(
        request,
        "console/events/forecast.html",
        home=desk.path,
        here=f"{desk.path}/events/{forecast.after.id}",
        title=pick(forecast.before.title, desk.reader.language, desk.cluster.languages),
        forecast=forecast,
        dates_before=Dates(desk.reader.language, forecast.before.zone),
        dates_after=Dates(desk.reader.language, forecast.after.zone),
        values={name: value for name, value in typed.values.items() if name not in ("do", "confirmed", "without_picture")},
    )


ROUTES: list[ControllerRouterHandler] = [new, create, edit, save]
