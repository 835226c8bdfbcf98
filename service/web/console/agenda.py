"""The programme of an event: its items day by day, added, changed, moved and left out; whoever chose one is written to, after the coordinator saw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused, Stale
from service.events import agenda, agenda_edits, choices, items, programme
from service.events.agenda_edits import Change, Forecast
from service.events.items import Item, ItemFacts
from service.events.occasion import Occasion
from service.languages.catalogues import marked
from service.languages.dates import Dates
from service.languages.locales import AUTONYMS
from service.web.console import agenda_form
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.events import described, office_of
from service.web.edge import AnyRequest, Form, form, go
from service.web.errors import newest, status_of
from service.web.public import agenda_view

_DONE = {
    "saved": marked("Saved."),
    "sent": marked("Saved. The letters are on their way."),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request about the agenda of one event."""

    request: AnyRequest
    desk: Desk
    event: Occasion
    now: datetime

    async def change(self, changes: Sequence[Change], posted: Form, *, announced: bool = False) -> None:
        await agenda_edits.change(
            office=office_of(self.request, self.desk),
            event_id=self.event.id,
            changes=changes,
            announced=announced,
            version=posted.number("version") or None,
            now=self.now,
            actor_id=self.desk.coordinator.id,
        )

    async def foresee(self, changes: Sequence[Change]) -> Forecast:
        office = office_of(self.request, self.desk)
        return await agenda_edits.foresee(office=office, event_id=self.event.id, changes=changes, now=self.now)

    def facts(self, posted: Form) -> ItemFacts:
        return agenda_form.read(posted, self.event, self.desk.cluster.languages)

    def list(self, done: str) -> str:
        return f"{self.desk.path}/events/{self.event.id}/agenda?done={done}"

    def form_page(self, item: Item | None, values: Mapping[str, str], refused: Refused | Stale | None = None) -> Response[str]:
        dates, desk = Dates(self.desk.reader.language, self.event.zone), self.desk
        return self.page(
            "console/events/agenda_item.html",
            status=status_of(refused) if refused else 200,
            problems=refused.problems if refused else (),
            item=item,
            day_names=[(date, dates.day(day.starts_at)) for date, day in agenda_form.days(self.event).items()],
            languages=[(language, AUTONYMS[language]) for language in desk.cluster.languages],
            values={**values, **newest(refused, self.event.version)} if refused else values,
        )

    def page(self, template: str, **values: Any) -> Response[str]:
        desk, here = self.desk, f"{self.desk.path}/events/{self.event.id}"
        told = described(self.event, desk, self.now)
        return desk.page(self.request, template, here=here, home=desk.path, event=self.event, **told, **values)


async def provide_asked(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> _Asked:
    """The dependency `asked`; raises NotFound for an event of another cluster."""
    return _Asked(request, desk, await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id), now)


async def provide_item(asked: NamedDependency[_Asked], item_id: FromPath[int]) -> Item:
    """The dependency `item`."""
    return await agenda.by_id(event_id=asked.event.id, item_id=item_id)


_AGENDA = "/console/{cluster:str}/events/{event_id:int}/agenda"
_ITEM = _AGENDA + "/{item_id:int}"
_AT_AGENDA = {**AT_DESK, "asked": Provide(provide_asked)}
_AT_ITEM = {**_AT_AGENDA, "item": Provide(provide_item)}


@get(_AGENDA, dependencies=_AT_AGENDA)
async def listed(request: AnyRequest, asked: NamedDependency[_Asked]) -> Response[str]:
    """The items day by day."""
    event, desk = asked.event, asked.desk
    found = await agenda.of(event_id=event.id)
    return asked.page(
        "console/events/agenda.html",
        flash=said(request, _DONE),
        days=agenda_view.days(event, found, Dates(desk.reader.language, event.zone), desk.cluster.languages),
        waiting=await choices.waiting(event_id=event.id),
        before=items.exchangeable(found, event.days),
    )


@get(f"{_AGENDA}/new", dependencies=_AT_AGENDA)
async def new(asked: NamedDependency[_Asked]) -> Response[str]:
    """A blank form."""
    return asked.form_page(None, agenda_form.blank(asked.event, await agenda.of(event_id=asked.event.id)))


@post(f"{_AGENDA}/new", dependencies=_AT_AGENDA)
async def add(request: AnyRequest, asked: NamedDependency[_Asked]) -> Response[Any]:
    """One item more."""
    posted = await form(request)
    try:
        await asked.change([Change(None, asked.facts(posted))], posted)
    except (Refused, Stale) as error:
        return asked.form_page(None, posted.values(), error)
    return go(asked.list("saved"))


@get(_ITEM, dependencies=_AT_ITEM)
async def edit(asked: NamedDependency[_Asked], item: NamedDependency[Item]) -> Response[str]:
    """The form of an item."""
    return asked.form_page(item, agenda_form.values_of(asked.event, item))


@post(_ITEM, dependencies=_AT_ITEM)
async def save(request: AnyRequest, asked: NamedDependency[_Asked], item: NamedDependency[Item]) -> Response[Any]:
    """Change it; when that sends letters, show them first."""
    posted = await form(request)
    try:
        return await _foreseen(asked, item, [Change(item.id, asked.facts(posted))], posted)
    except (Refused, Stale) as error:
        return asked.form_page(item, posted.values(), error)


@post(f"{_ITEM}/move", dependencies=_AT_ITEM)
async def move(request: AnyRequest, asked: NamedDependency[_Asked], item: NamedDependency[Item]) -> Response[Any]:
    """Change places with the item before it."""
    before = items.exchangeable(await agenda.of(event_id=asked.event.id), asked.event.days).get(item.id)
    if before is None:
        raise Refused("There is nothing before it to change places with.")
    first, second = items.exchanged(before, item)
    return await _foreseen(asked, item, [Change(before.id, first), Change(item.id, second)], await form(request))


@get(f"{_ITEM}/remove", dependencies=_AT_ITEM)
async def ask_remove(asked: NamedDependency[_Asked], item: NamedDependency[Item]) -> Response[str]:
    """Sure?"""
    forecast = await asked.foresee([Change(item.id, None)])
    return asked.page("console/events/agenda_remove.html", item=item, letters=forecast.letters)


@post(f"{_ITEM}/remove", dependencies=_AT_ITEM)
async def remove(request: AnyRequest, asked: NamedDependency[_Asked], item: NamedDependency[Item]) -> Response[Any]:
    """Leave it out."""
    await asked.change([Change(item.id, None)], await form(request), announced=True)
    return go(asked.list("saved"))


async def _foreseen(asked: _Asked, item: Item, changes: Sequence[Change], posted: Form) -> Response[Any]:
    forecast = await asked.foresee(changes)
    if forecast.letters and not posted.flag("confirmed"):
        values = {name: value for name, value in posted.values().items() if name != "confirmed"}
        action = asked.request.url.path
        return asked.page("console/events/agenda_forecast.html", item=item, forecast=forecast, action=action, values=values)
    await asked.change(changes, posted, announced=posted.flag("confirmed"))
    return go(asked.list("sent" if forecast.letters else "saved"))


ROUTES: list[ControllerRouterHandler] = [listed, new, add, edit, save, move, ask_remove, remove]
