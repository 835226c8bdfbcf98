"""One participant: what they said, the files they gave; and the list of what people need."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.events import answered, needs, participants, programme, questions, registrants
from service.events.answered import Answer
from service.events.asking import Question
from service.events.capacity import Standing
from service.languages.catalogues import translator
from service.languages.choice import pick
from service.languages.locales import AUTONYMS
from service.people import addresses
from service.web.console.access import AT_DESK, Desk
from service.web.console.events import described
from service.web.edge import AnyRequest


@get("/console/{cluster:str}/events/{event_id:int}/participants/{registration_id:int}", dependencies=AT_DESK)
async def show(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    event_id: FromPath[int],
    registration_id: FromPath[int],
    now: NamedDependency[datetime],
) -> Response[str]:
    """Everything that one registrant said, but for what they need: that stands in the list of needs alone."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    registrant = await registrants.in_event(event_id=event_id, registration_id=registration_id)
    words = translator(desk.reader.language)
    return desk.page(
        request,
        "console/events/participant.html",
        here=f"{desk.path}/events/{event_id}",
        home=desk.path,
        event=event,
        registrant=registrant,
        standing=words.gettext(participants.STANDING_NAMES[registrant.state]),
        address=addresses.shown(registrant.address),
        autonym=AUTONYMS[registrant.language],
        answers=await _answers(desk, event_id, registration_id),
        **described(event, desk, now),
    )


@get("/console/{cluster:str}/events/{event_id:int}/participants/{registration_id:int}/files/{answer_id:int}", dependencies=AT_DESK)
async def file(
    desk: NamedDependency[Desk], event_id: FromPath[int], registration_id: FromPath[int], answer_id: FromPath[int]
) -> Response[bytes]:
    """A file that was given as an answer: always a download, never shown by the browser."""
    await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    name, content, media_type = await answered.file(event_id=event_id, registration_id=registration_id, answer_id=answer_id)
    ascii_name = re.sub(r'[^ -~]|["\\%]', "_", name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}",  # RFC 6266 §4.3
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type=media_type, headers=headers)


@get("/console/{cluster:str}/events/{event_id:int}/needs", dependencies=AT_DESK)
async def needed(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[str]:
    """What people need to eat and to get in, on a page of its own: it stands in no file and nowhere else."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    words = translator(desk.reader.language)
    found = await needs.of_event(event_id=event_id)
    return desk.page(
        request,
        "console/events/needs.html",
        here=f"{desk.path}/events/{event_id}",
        home=desk.path,
        event=event,
        found=[(one, words.gettext(participants.STANDING_NAMES[Standing(one.state)])) for one in found],
        deleted_on=event.ends_at + needs.KEPT,
        **described(event, desk, now),
    )


async def _answers(desk: Desk, event_id: int, registration_id: int) -> list[tuple[str, str, Answer]]:
    by_id: dict[int, Question] = {question.id: question for question in await questions.ever(event_id=event_id)}
    language: dict[str, Any] = {"language": desk.reader.language, "order": desk.cluster.languages}
    return [
        (
            pick(by_id[answer.question_id].label, desk.reader.language, desk.cluster.languages),
            answered.in_words(answer, by_id[answer.question_id], **language),
            answer,
        )
        for answer in await answered.of_registration(registration_id=registration_id)
    ]


ROUTES: list[ControllerRouterHandler] = [show, file, needed]
