"""Who gets a newsletter and when: the audience before it is sent, the schedule, and the brakes while it is under way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.clusters import directory
from service.errors import Refused, Stale
from service.languages import wallclock
from service.languages.catalogues import marked
from service.letters.links import Links
from service.mailings import control, gathering, readiness, records, schedule
from service.mailings.lifecycle import State
from service.mailings.readiness import Readiness
from service.mailings.tables import Mailing
from service.subscriptions import topics
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.mailings import int_of
from service.web.edge import AnyRequest, Form, form, go
from service.web.errors import status_of

_DONE = {
    "scheduled": marked("It is scheduled. Until then it can be taken back."),
    "taken-back": marked("It is a draft again and will not be sent."),
}

_LEFT_OUT = "none"


@get("/console/{cluster:str}/mailings/{mailing_id:int}/send", dependencies=AT_DESK)
async def show(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    mailing_id: FromPath[int],
    links: NamedDependency[Links],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Who gets it, what is in the way, and when it goes out."""
    mailing = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    if State(mailing.state) not in (State.DRAFT, State.SCHEDULED):
        return go(f"{desk.path}/mailings/{mailing.id}/results")
    fallback = records.fallback_of(mailing)
    ready = await readiness.of(cluster=desk.cluster, mailing=mailing, fallback=fallback, links=links, now=now)
    at = mailing.send_at if mailing.send_at and mailing.send_at > now else None
    values = {"send_at": wallclock.write(at, zone=desk.cluster.zone), **_chosen(fallback)}
    return await _page(request, desk, mailing, ready, values=values, flash=said(request, _DONE))


@post("/console/{cluster:str}/mailings/{mailing_id:int}/send", dependencies=AT_DESK)
async def send(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    mailing_id: FromPath[int],
    links: NamedDependency[Links],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Schedule it; "now" is asked once more, because it cannot be taken back."""
    fields = await form(request)
    fallback = _fallback(fields)
    mailing = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    try:
        at = None if fields.text("do") == "now" else wallclock.read(text=fields.text("send_at"), zone=desk.cluster.zone, field="send_at")
        if at is None and not fields.flag("sure"):
            ready = await readiness.of(cluster=desk.cluster, mailing=mailing, fallback=fallback, links=links, now=now)
            return _ask(request, desk, mailing, fields, ready)
        await schedule.schedule(
            cluster=desk.cluster,
            mailing_id=mailing.id,
            at=at,
            fallback=fallback,
            version=int_of(fields.text("version")),
            links=links,
            now=now,
            actor_id=desk.coordinator.id,
        )
    except (Refused, Stale) as error:
        ready = await readiness.of(cluster=desk.cluster, mailing=mailing, fallback=fallback, links=links, now=now)
        return await _page(request, desk, mailing, ready, status=status_of(error), problems=error.problems, values=fields.values())
    return go(f"{desk.path}/mailings/{mailing.id}/" + ("send?done=scheduled" if at else "results"))


@post("/console/{cluster:str}/mailings/{mailing_id:int}/take-back", dependencies=AT_DESK)
async def take_back(desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Make a scheduled mailing a draft again."""
    await schedule.unschedule(cluster_id=desk.cluster.id, mailing_id=mailing_id, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/mailings/{mailing_id}/send?done=taken-back")


@post("/console/{cluster:str}/mailings/{mailing_id:int}/pause", dependencies=AT_DESK)
async def pause(desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Let no further copy out."""
    await control.pause(cluster_id=desk.cluster.id, mailing_id=mailing_id, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/mailings/{mailing_id}/results")


@post("/console/{cluster:str}/mailings/{mailing_id:int}/resume", dependencies=AT_DESK)
async def resume(desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Go on where it was paused."""
    await control.resume(cluster_id=desk.cluster.id, mailing_id=mailing_id, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/mailings/{mailing_id}/results")


@post("/console/{cluster:str}/mailings/{mailing_id:int}/release", dependencies=AT_DESK)
async def release(
    request: AnyRequest, desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Go on at a destination at which it is held alone."""
    destination = (await form(request)).text("destination")
    await control.release(cluster_id=desk.cluster.id, mailing_id=mailing_id, destination=destination, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/mailings/{mailing_id}/results")


@get("/console/{cluster:str}/mailings/{mailing_id:int}/cancel", dependencies=AT_DESK)
async def ask_cancel(request: AnyRequest, desk: NamedDependency[Desk], mailing_id: FromPath[int]) -> Response[str]:
    """Sure? Those who have not got it will not get it."""
    mailing = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    return desk.page(request, "console/mailings/cancel.html", mailing=mailing)


@post("/console/{cluster:str}/mailings/{mailing_id:int}/cancel", dependencies=AT_DESK)
async def cancel(desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Stop it for good."""
    await control.cancel(cluster_id=desk.cluster.id, mailing_id=mailing_id, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/mailings/{mailing_id}/results")


def _fallback(fields: Form) -> dict[str, str | None]:
    """The choices of the form: language → edition, or None to leave its readers out; what was not chosen is absent."""
    chosen = {name.removeprefix("fallback."): fields.text(name) for name in fields.names() if name.startswith("fallback.")}
    return {language: None if edition == _LEFT_OUT else edition for language, edition in chosen.items() if edition}


def _chosen(fallback: dict[str, str | None]) -> dict[str, str]:
    return {f"fallback.{language}": edition or _LEFT_OUT for language, edition in fallback.items()}


def _ask(request: AnyRequest, desk: Desk, mailing: Mailing, fields: Form, ready: Readiness) -> Response[str]:
    ready.refuse_unless_ready()
    hidden = {name: text for name, text in fields.values().items() if name == "version" or name.startswith("fallback.")}
    hidden |= {"do": "now", "sure": "yes"}
    return desk.page(request, "console/mailings/send_now.html", mailing=mailing, reach=ready.reach, hidden=hidden)


async def _page(request: AnyRequest, desk: Desk, mailing: Mailing, ready: Readiness, **values: Any) -> Response[str]:
    return desk.page(
        request,
        "console/mailings/send.html",
        mailing=mailing,
        reach=ready.reach,
        findings=[finding for finding in ready.findings if not (finding.problem.field or "").startswith("fallback.")],
        written=list(ready.written),
        topic=topics.name_of(await gathering.topic_of(mailing), desk.reader.language),
        quiet_until=directory.quiet_until(desk.cluster, now=mailing.send_at) if mailing.send_at else None,
        **values,
    )


ROUTES: list[ControllerRouterHandler] = [show, send, take_back, pause, resume, release, ask_cancel, cancel]
