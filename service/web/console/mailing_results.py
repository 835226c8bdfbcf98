"""What became of a newsletter: how many, and for every person sent at which second with the server's reply, or not sent because."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.clusters import directory
from service.delivery import allowance, pacing, results, setbacks
from service.delivery.alarm import Kind
from service.delivery.classification import Verdict, classify
from service.delivery.results import Results
from service.delivery.setbacks import Hold
from service.errors import Problem
from service.languages.catalogues import marked
from service.mailings import control, gathering, lifecycle, records, stops
from service.mailings.lifecycle import Act, State
from service.mailings.tables import Mailing
from service.people import addresses
from service.returns import listing
from service.subscriptions import topics
from service.web.console.access import AT_DESK, Desk
from service.web.edge import AnyRequest, go

_PER_PAGE = 50

_STATES = ("sent", "queued", "sending", "failed", "expired", "skipped", "cancelled")

REASONS = {
    "no edition": marked("There is no edition in a language they read."),
    "suppressed": marked("This address gets no news: earlier mail came back, or they left."),
    "duplicate address": marked("Somebody else with the same address gets it."),
    control.BY_COORDINATOR: marked("It was stopped by a coordinator."),
    allowance.SLOWED: marked("Their provider asked for less mail at a time; it goes on by itself."),
    allowance.PER_HOUR: marked("Only so many letters an hour go to one provider; it goes on by itself."),
    allowance.WARM_UP: marked("A new sender may send a provider only so many letters a day; it goes on tomorrow."),
    "too late": marked("It had waited until it was of no use any more."),
    pacing.HELD: marked("It is held at their provider until a coordinator lets it go on."),
}
"""Reasons as the road out writes them, in sentences."""

_SILENT = marked("Their mail server gave no answer.")
_LETTERS = marked("Their mail server does not take addresses with such letters.")
_UNMADE = marked("Their copy could not be made; please tell the operator.")

BACK = {
    Verdict.HARD.value: marked("Address does not work"),
    Verdict.SECOND.value: marked("Mailbox is closed"),
    Verdict.SOFT.value: marked("Could not be delivered"),
    Verdict.OURS.value: marked("Our mail was refused"),
    "complaint": marked("Complaint"),
}
"""What a server's refusal means, or a reader's."""

_REFUSED = re.compile(r"refused (\S+) at \w+|(5\.\d+\.\d+)")


def in_words(reason: str, reply: str = "") -> tuple[str, str]:
    """A sentence to be translated, and the code that says it to a server's operator. `reply`: the server's own words, which know more than its code."""
    if reason in REASONS:
        return REASONS[reason], ""
    if reason.startswith("no answer"):
        return _SILENT, ""
    found = _REFUSED.fullmatch(reason)
    if found is None:
        return "", reason
    code = found[1] or found[2]
    if code == "5.6.7":
        return _LETTERS, code
    return BACK[classify(status=code if "." in code else "", words=reply or code).value] if found[1] else _UNMADE, code


@get("/console/{cluster:str}/mailings/{mailing_id:int}/results", dependencies=AT_DESK)
async def show(
    request: AnyRequest, desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """The counts and the copies, narrowed by state or a part of the address; the page looks again by itself while mail is going out."""
    mailing = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    found = await results.of(dispatch_id=mailing.dispatch_id) if mailing.dispatch_id else None
    if found is None and (mailing.send_at is None or mailing.send_at > now or State(mailing.state) is State.DRAFT):
        return go(f"{desk.path}/mailings/{mailing.id}")
    narrowed = _narrowed(request)
    under_way = State(mailing.state) in (State.SENDING, State.SCHEDULED) or bool(found and found.state == "cancelled" and found.open)
    refresh = {"Refresh": "5"} if under_way and not request.query_params else {}
    values = await _copies(desk, mailing, request, narrowed) if found else {"copies": [], "older_url": "", "newer_url": ""}
    return desk.page(
        request,
        "console/mailings/results.html",
        headers=refresh,
        mailing=mailing,
        topic=topics.name_of(await gathering.topic_of(mailing), desk.reader.language),
        found=found,
        acts={act.value for act in Act if lifecycle.may(State(mailing.state), act)},
        reasons=REASONS,
        in_words=in_words,
        back_words=BACK,
        why=_why(found) if found else [],
        waiting=_waiting(found) if found else [],
        stopped=_stopped(found) if found else [],
        back=await listing.came_back(cluster_id=desk.cluster.id, about=f"mailing:{mailing.id}"),
        holds=[(hold, _said(hold.kind, hold.bad, hold.settled)) for hold in await _holds(mailing)],
        quiet_until=directory.quiet_until(desk.cluster, now=now) if found and found.state == "running" and found.open else None,
        shown=addresses.shown,
        values=narrowed,
        **values,
    )


def _narrowed(request: AnyRequest) -> dict[str, str]:
    state = request.query_params.get("state", "")
    return {"state": state if state in _STATES else "", "search": request.query_params.get("search", "")[:200].strip()}


async def _copies(desk: Desk, mailing: Mailing, request: AnyRequest, narrowed: dict[str, str]) -> dict[str, Any]:
    after = request.query_params.get("after", "")
    after_id = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0
    copies = await results.deliveries(
        dispatch_id=mailing.dispatch_id,
        state=narrowed["state"] or None,
        search=narrowed["search"],
        after_id=after_id,
        limit=_PER_PAGE + 1,
    )
    here = f"{desk.path}/mailings/{mailing.id}/results?"
    more = len(copies) > _PER_PAGE
    return {
        "copies": copies[:_PER_PAGE],
        "older_url": here + urlencode({**narrowed, "after": copies[_PER_PAGE - 1].id}) if more else "",
        "newer_url": here + urlencode(narrowed) if after_id else "",
    }


async def _holds(mailing: Mailing) -> list[Hold]:
    under_way = mailing.dispatch_id is not None and State(mailing.state) in (State.SENDING, State.PAUSED)
    return await setbacks.holds(dispatch_id=mailing.dispatch_id) if under_way else []


def _stopped(found: Results) -> list[Problem]:
    """Why it paused itself, if it did; also when that was at its very end."""
    is_alarm = found.state in ("paused", "done") and found.figures is not None and found.reason in set(Kind)
    return _said(Kind(found.reason), **found.figures) if is_alarm and found.figures else []


def _said(kind: Kind, bad: int, settled: int) -> list[Problem]:
    return [stops.why(kind, bad=bad, settled=settled), stops.advice(kind)]


def _waiting(found: Results) -> list[tuple[str, int]]:
    """Reason and copies, for those that wait for something else than their turn; the commonest first."""
    waiting = {reason: n for (state, reason), n in found.by_reason.items() if state == "queued" and reason in REASONS}
    return sorted(waiting.items(), key=lambda pair: -pair[1])


def _why(found: Results) -> list[tuple[str, int]]:
    """Reason and people, for those who did not get it; the commonest first."""
    left_out = {reason: n for (state, reason), n in found.by_reason.items() if state not in ("sent", "queued", "sending") and reason}
    return sorted(left_out.items(), key=lambda pair: -pair[1])


ROUTES: list[ControllerRouterHandler] = [show]
