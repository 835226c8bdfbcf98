"""The preferences page behind the signed link of every letter: topics, language, name, and what is kept about the reader."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import NotFound, Refused
from service.languages.locales import AUTONYMS
from service.people import addresses
from service.subscriptions import consents, leaving, preferences, topics, wording
from service.subscriptions.preferences import Choice, Preferences
from service.subscriptions.tables import How
from service.tokens import Keys
from service.web.edge import AnyRequest, Form, form, go
from service.web.pages import Reader, page
from service.web.public.feeds import own_addresses


async def provide_preferences(token: FromPath[str], keys: NamedDependency[Keys], now: NamedDependency[datetime]) -> Preferences:
    """The dependency `own`; raises NotFound for a forged link and for somebody who was erased."""
    own = await preferences.of(person_id=keys.read(token, purpose="preferences", now=now))
    if own is None:
        raise NotFound("Nothing is kept here about you any more.")
    return own


_OWN = {"own": Provide(provide_preferences)}


@get("/preferences/{token:str}", dependencies=_OWN)
async def show(request: AnyRequest, token: FromPath[str], own: NamedDependency[Preferences]) -> Response[str]:
    """As things stand."""
    values = {
        "topics": [topic.slug for topic in own.topics if topic.id in own.standing.heard],
        "language": own.person.language,
        "name": own.person.name,
    }
    return await _page(request, token, own, values=values, saved="saved" in request.query_params)


@post("/preferences/{token:str}", dependencies=_OWN)
async def change(
    request: AnyRequest, token: FromPath[str], own: NamedDependency[Preferences], now: NamedDependency[datetime]
) -> Response[Any]:
    """Write the choice."""
    fields = await form(request)
    try:
        await preferences.change(preferences=own, choice=_choice(fields), shown_in=_language(own), now=now)
    except Refused as error:
        values = {**fields.values(), "topics": fields.texts("topics")}
        return await _page(request, token, own, status=422, problems=error.problems, values=values, saved=False)
    return go(f"/preferences/{token}?saved")


@post("/preferences/{token:str}/leave", dependencies=_OWN)
async def leave(token: FromPath[str], own: NamedDependency[Preferences], now: NamedDependency[datetime]) -> Response[Any]:
    """Leave everything."""
    await leaving.leave_everything(person_id=own.person.id, how=How.PREFERENCES, language=_language(own), now=now)
    return go(f"/preferences/{token}?saved")


def _choice(fields: Form) -> Choice:
    return Choice(name=fields.text("name", limit=2000), language=fields.text("language"), topics=tuple(fields.texts("topics")))


def _language(own: Preferences) -> str:
    return own.person.language


async def _page(request: AnyRequest, token: str, own: Preferences, **values: Any) -> Response[str]:
    language = _language(own)
    return page(
        request,
        "public/preferences.html",
        reader=Reader(language, own.cluster.zone),
        cluster=own.cluster,
        token=token,
        person=own.person,
        address=addresses.shown(own.person.address),
        topics=[(topic.slug, topics.name_of(topic, language), topics.description_of(topic, language)) for topic in own.topics],
        languages=[(one, AUTONYMS[one]) for one in own.cluster.languages],
        words=wording.changing(cluster_name=own.cluster.name, language=language),
        hears_something=bool(own.standing.heard),
        feed=own_addresses(request, own.person.id),
        history=await consents.history(person_id=own.person.id),
        **values,
    )


ROUTES: list[ControllerRouterHandler] = [show, change, leave]
