"""The console's returned mail: what people answered, what bounced and why, which addresses get no mail, and what could not be read."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.delivery import suppressions
from service.errors import NotFound, Refused
from service.events import programme, registrants
from service.events.occasion import Occasion
from service.events.registrants import Registrant
from service.languages.catalogues import marked
from service.languages.dates import Dates
from service.people import addresses
from service.returns import aside, calendar_answers, listing, reports
from service.returns.answers import WHY_KEPT
from service.returns.tables import Answer
from service.web.console import access
from service.web.console.access import AT_DESK, Desk
from service.web.edge import AnyRequest, form, go

_SAID = {
    "lifted": marked("Mail goes to this address again."),
    "decided": marked("Noted."),
    "handled": marked("Marked as handled."),
}
_WHY_KEPT: dict[str, str] = {**WHY_KEPT, **calendar_answers.WHY_IGNORED}


@get("/console/{cluster:str}/returns", dependencies=AT_DESK)
async def answers(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """What people, programs and calendars answered."""
    kind = request.query_params.get("kind", "answer")
    wanted = kind if kind in ("answer", "automatic", "calendar") else "answer"
    found = await listing.answers(cluster_id=desk.cluster.id, kind=wanted, older_than=_id(request, "older_than"))
    return _page(request, desk, "answers", found=found, kind=wanted, older_url=_older(desk, "", found, kind=wanted), why_kept=_WHY_KEPT)


@get("/console/{cluster:str}/returns/answers/{answer_id:int}", dependencies=AT_DESK)
async def answer(request: AnyRequest, desk: NamedDependency[Desk], answer_id: FromPath[int]) -> Response[str]:
    """One answer, whole."""
    found = await listing.answer(cluster_id=desk.cluster.id, answer_id=answer_id)
    reply, about = calendar_answers.reply_of(found) if found.reply else None, await _about(desk, found)
    dates = Dates(desk.reader.language, about[1].zone if about else desk.cluster.zone)
    return _page(
        request,
        desk,
        "answer",
        answer=found,
        files=msgspec.json.decode(found.files),
        reply=reply,
        about=about,
        proposed=calendar_answers.proposed_time(reply, dates) if reply else "",
        only_day=dates.day(reply.day) if reply and reply.day and reply.method == "REPLY" else "",
        why_kept=_WHY_KEPT,
    )


@post("/console/{cluster:str}/returns/answers/{answer_id:int}/handled", dependencies=AT_DESK)
async def handled(desk: NamedDependency[Desk], answer_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """The proposal of another time has been dealt with."""
    await calendar_answers.handle(cluster_id=desk.cluster.id, answer_id=answer_id, actor_id=desk.coordinator.id, now=now)
    return go(f"{desk.path}/returns?kind=calendar&done=handled")


@get("/console/{cluster:str}/returns/reports", dependencies=AT_DESK)
async def reported(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """Bounces, delays and complaints, with the servers' words."""
    address, mailing_id = request.query_params.get("address", "")[:254], _id(request, "mailing")
    outcome = "told" if request.query_params.get("about") == "us" else ""
    about = f"mailing:{mailing_id}" if mailing_id else ""
    found = await listing.reports(
        cluster_id=desk.cluster.id, address=address, outcome=outcome, about=about, older_than=_id(request, "older_than")
    )
    waiting = await listing.reports(cluster_id=desk.cluster.id, outcome="waiting")
    narrowed = {"address": address, "about": "us" if outcome else "", "mailing": str(mailing_id or "")}
    older_url = _older(desk, "/reports", found, **narrowed)
    return _page(request, desk, "reports", found=found, waiting=waiting, older_url=older_url, values=narrowed)


@get("/console/{cluster:str}/returns/reports/{report_id:int}", dependencies=AT_DESK)
async def complaint(request: AnyRequest, desk: NamedDependency[Desk], report_id: FromPath[int]) -> Response[str]:
    """A complaint about a letter that the person had asked for: what now?"""
    return _page(request, desk, "complaint", report=await listing.report(cluster_id=desk.cluster.id, report_id=report_id))


@post("/console/{cluster:str}/returns/reports/{report_id:int}", dependencies=AT_DESK)
async def decide(
    request: AnyRequest, desk: NamedDependency[Desk], report_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Keep the coordinator's decision."""
    sent = await form(request)
    await reports.decide(
        cluster_id=desk.cluster.id, report_id=report_id, scope=sent.text("scope", limit=10), actor_id=desk.coordinator.id, now=now
    )
    return go(f"{desk.path}/returns/reports?done=decided")


@get("/console/{cluster:str}/returns/held", dependencies=AT_DESK)
async def held(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """Addresses that get no news, or no mail at all."""
    search = request.query_params.get("search", "")[:200]
    found = await suppressions.page(cluster_id=desk.cluster.id, search=search, older_than=_id(request, "older_than"), limit=listing.PAGE)
    older_url = _older(desk, "/held", found, search=search)
    return _page(request, desk, "held", found=found, older_url=older_url, liftable=reports.liftable, values={"search": search})


@get("/console/{cluster:str}/returns/held/{suppression_id:int}", dependencies=AT_DESK)
async def ask_lift(request: AnyRequest, desk: NamedDependency[Desk], suppression_id: FromPath[int]) -> Response[str]:
    """Why should it get mail again?"""
    return await _lift_page(request, desk, suppression_id)


@post("/console/{cluster:str}/returns/held/{suppression_id:int}", dependencies=AT_DESK)
async def lift(
    request: AnyRequest, desk: NamedDependency[Desk], suppression_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Mail the address again, for a reason that is kept."""
    sent = await form(request)
    try:
        reason = sent.text("reason", limit=300)
        if not reason:
            raise Refused("Write why: it is kept with your name.", field="reason")
        await reports.lift(cluster_id=desk.cluster.id, suppression_id=suppression_id, reason=reason, actor_id=desk.coordinator.id, now=now)
    except Refused as error:
        return await _lift_page(request, desk, suppression_id, status=422, problems=error.problems, values=sent.values())
    return go(f"{desk.path}/returns/held?done=lifted")


@get("/console/{cluster:str}/returns/aside", dependencies=AT_DESK)
async def kept_aside(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[str]:
    """What could not be taken in. It belongs to no cluster, so that only operators see it."""
    if not desk.coordinator.is_operator:
        raise NotFound("There is nothing here for you.")
    return _page(request, desk, "aside", found=await aside.listed())


def _page(request: AnyRequest, desk: Desk, name: str, **values: Any) -> Response[str]:
    home = f"{desk.path}/returns"
    return desk.page(request, f"console/returns/{name}.html", home=home, shown=addresses.shown, flash=access.said(request, _SAID), **values)


async def _lift_page(request: AnyRequest, desk: Desk, suppression_id: int, **values: Any) -> Response[str]:
    found = await suppressions.by_id(cluster_id=desk.cluster.id, suppression_id=suppression_id)
    history = await listing.reports(cluster_id=desk.cluster.id, address=found.address)
    return _page(request, desk, "lift", held=found, history=history, may=reports.liftable(reason=found.reason), **values)


async def _about(desk: Desk, found: Answer) -> tuple[Registrant, Occasion] | None:
    """Whose registration a calendar speaks of, and for which event."""
    if found.registration_id is None:
        return None
    _, registrant = await registrants.by_id(registration_id=found.registration_id)
    return registrant, await programme.by_id(cluster_id=desk.cluster.id, event_id=registrant.event_id)


def _id(request: AnyRequest, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _older(desk: Desk, page: str, found: list[Any], **narrowed: str) -> str:
    """The next page of the same list; empty when this one is the last."""
    if len(found) < listing.PAGE:
        return ""
    query = urlencode({**{name: value for name, value in narrowed.items() if value}, "older_than": found[-1].id})
    return f"{desk.path}/returns{page}?{query}"


ROUTES: list[ControllerRouterHandler] = [answers, answer, reported, complaint, decide, handled, held, ask_lift, lift, kept_aside]
