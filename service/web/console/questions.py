"""What an event asks everybody who registers: the questions, and whether to ask for needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused, Stale
from service.events import programme, questionnaire, questions
from service.events.asking import KIND_NAMES
from service.events.occasion import Occasion
from service.events.questionnaire import Draft
from service.languages.catalogues import marked, translator
from service.languages.locales import AUTONYMS
from service.web.console import questions_form
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.events import described
from service.web.edge import AnyRequest, form, go
from service.web.errors import status_of

_DONE = {"saved": marked("Saved. The form asks this from now on.")}
_NEEDS = ("asks_diet", "asks_access")


@get("/console/{cluster:str}/events/{event_id:int}/questions", dependencies=AT_DESK)
async def show(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[str]:
    """What is asked now."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    asked = await questions.of(event_id=event_id)
    mark = questions.fingerprint(asked, asks_diet=event.asks_diet, asks_access=event.asks_access)
    needs = {name: "yes" if getattr(event, name) else "" for name in _NEEDS}
    drafts = questionnaire.of(asked, desk.cluster.languages)
    return _page(request, desk, event, drafts, **described(event, desk, now), rest={"mark": mark, **needs}, flash=said(request, _DONE))


@post("/console/{cluster:str}/events/{event_id:int}/questions", dependencies=AT_DESK)
async def save(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Add, move or remove one in the form; or ask all of it from now on."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    posted = await form(request)
    found, problems = questions_form.drafts(posted, desk.cluster.languages, await questions.of(event_id=event_id))
    rest = {name: posted.text(name) for name in ("mark", *_NEEDS)}
    if (changed := questions_form.pressed(posted.text("do"), found)) is not None:
        added = posted.text("do").startswith("add:")
        return _page(request, desk, event, changed, **described(event, desk, now), rest=rest, new=added)
    try:
        if problems:
            raise Refused.all(problems)
        await questions.save(
            cluster=desk.cluster,
            event_id=event_id,
            drafts=found,
            **{name: bool(rest[name]) for name in _NEEDS},
            mark=rest["mark"],
            now=now,
            actor_id=desk.coordinator.id,
        )
    except (Refused, Stale) as error:
        about = described(event, desk, now)
        return _page(request, desk, event, found, **about, rest=rest, status=status_of(error), problems=error.problems)
    return go(f"{desk.path}/events/{event_id}/questions?done=saved")


def _page(
    request: AnyRequest, desk: Desk, event: Occasion, found: list[Draft], *, rest: dict[str, str], new: bool = False, **values: Any
) -> Response[str]:
    words, languages = translator(desk.reader.language), desk.cluster.languages
    return desk.page(
        request,
        "console/events/questions.html",
        home=desk.path,
        here=f"{desk.path}/events/{event.id}",
        event=event,
        drafts=found,
        new=len(found) - 1 if new else -1,
        most=questionnaire.MOST,
        values=questions_form.values(found, languages) | rest,
        conditions=[questions_form.conditions(found, place, desk.reader.language, languages) for place in range(len(found))],
        kinds=[(kind.value, words.gettext(name)) for kind, name in KIND_NAMES.items()],
        languages=[(language, AUTONYMS[language]) for language in languages],
        **values,
    )


ROUTES: list[ControllerRouterHandler] = [show, save]
