"""Leaving by the link of a letter: a page with a button, and one click of the mail program (RFC 8058).

Whoever is unknown here sees the same calm page: they get no such letters, and that is what they came for. The token is the proof, so the POST that
mail programs send without cookies needs no other (RFC 8058 §3.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.letters.links import Links
from service.subscriptions import leaving, preferences, topics, wording
from service.subscriptions.preferences import Preferences
from service.subscriptions.tables import How, Topic
from service.tokens import Keys
from service.web.edge import AnyRequest, form, go
from service.web.pages import Reader, page, reader_of


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the token names: a person and a list, either of which may be gone."""

    token: str
    person_id: int
    list_id: str


def provide_ticket(token: FromPath[str], keys: NamedDependency[Keys], now: NamedDependency[datetime]) -> Ticket:
    """The dependency `ticket`; raises NotFound for a forged link."""
    person_id, _, list_id = str(keys.read(token, purpose="unsubscribe", now=now)).partition(":")
    return Ticket(token, int(person_id), list_id)


_WITH_TICKET = {"ticket": Provide(provide_ticket, sync_to_thread=False)}


@get("/unsubscribe/{token:str}", dependencies=_WITH_TICKET)
async def show(request: AnyRequest, ticket: NamedDependency[Ticket], links: NamedDependency[Links]) -> Response[str]:
    """The question while the topic is read; afterwards, that it is left, with the way back."""
    own = await preferences.of(person_id=ticket.person_id)
    topic = next((one for one in own.topics if one.list_id == ticket.list_id), None) if own else None
    if own is None or topic is None or topic.id not in own.standing.heard | own.standing.left:
        return page(request, "public/never_subscribed.html", reader=reader_of(request))
    return _page(request, ticket, own, topic, links)


@post("/unsubscribe/{token:str}", dependencies=_WITH_TICKET, status_code=200, exclude_from_csrf=True)
async def leave(request: AnyRequest, ticket: NamedDependency[Ticket], now: NamedDependency[datetime]) -> Response[Any]:
    """Leave the topic. The mail program's click is answered 200 and without redirect, a person's by the page."""
    one_click = (await form(request)).text("List-Unsubscribe") == "One-Click"
    how = How.ONE_CLICK if one_click else How.PAGE
    await leaving.leave(person_id=ticket.person_id, list_id=ticket.list_id, how=how, now=now)
    return Response("", media_type=MediaType.TEXT, status_code=200) if one_click else go(f"/unsubscribe/{ticket.token}")


@post("/unsubscribe/{token:str}/everything", dependencies=_WITH_TICKET)
async def leave_everything(ticket: NamedDependency[Ticket], now: NamedDependency[datetime]) -> Response[Any]:
    """Leave every topic of the cluster."""
    await leaving.leave_everything(person_id=ticket.person_id, how=How.PAGE, now=now)
    return go(f"/unsubscribe/{ticket.token}")


@post("/unsubscribe/{token:str}/undo", dependencies=_WITH_TICKET)
async def undo(ticket: NamedDependency[Ticket], now: NamedDependency[datetime]) -> Response[Any]:
    """ "I left by mistake"."""
    own = await preferences.of(person_id=ticket.person_id)
    if own is not None:
        await leaving.undo(person_id=ticket.person_id, list_id=ticket.list_id, language=own.person.language, now=now)
    return go(f"/unsubscribe/{ticket.token}")


def _page(request: AnyRequest, ticket: Ticket, own: Preferences, topic: Topic, links: Links) -> Response[str]:
    language = own.person.language
    name = topics.name_of(topic, language)
    return page(
        request,
        "public/unsubscribe.html" if topic.id in own.standing.heard else "public/left.html",
        reader=Reader(language, own.cluster.zone),
        cluster=own.cluster,
        token=ticket.token,
        topic_name=name,
        others=[topics.name_of(one, language) for one in own.topics if one.id in own.standing.heard and one is not topic],
        left_everything=not own.standing.heard,
        undo_words=wording.returning(topic_name=name, language=language),
        preferences_url=links.preferences(person_id=own.person.id),
    )


ROUTES: list[ControllerRouterHandler] = [show, leave, leave_everything, undo]
