"""Self-service behind the signed link: change what one wrote, hand the place on to a colleague; and "that is not me" for whom somebody else wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import NotFound, Problem, Refused
from service.events import answered, disowning, handing, questions, revising, uploads
from service.events import needs as needs_room
from service.events.answered import Answer
from service.events.form import Form as RegistrationForm
from service.languages.locales import AUTONYMS
from service.tokens import Keys
from service.web.edge import AnyRequest, form, go, network
from service.web.public import asking_view, chosen_files, registration_form
from service.web.public.asking_view import Values
from service.web.public.events import office_of
from service.web.public.registration import OWN, Own, own_of, own_part

_LONGEST = 2000
_LINES = ("name", "organisation", "role", "language")


@get("/registration/{token:str}/change", dependencies=OWN)
async def ask_change(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """What one wrote, to be written anew."""
    registrant = own.attending.registrant
    if not revising.can_revise(own.attending.event, registrant, now):
        return go(own.path)
    answers = await answered.of_registration(registration_id=registrant.id)
    needed = await needs_room.of_registration(registration_id=registrant.id)
    values: Values = {name: getattr(registrant, name) for name in _LINES}
    return await _change_page(request, own, values | asking_view.values_of(answers, needed), answers)


@post("/registration/{token:str}/change", dependencies=OWN, request_max_body_size=registration_form.BODY)
async def change(
    request: AnyRequest, own: NamedDependency[Own], keys: NamedDependency[Keys], now: NamedDependency[datetime]
) -> Response[Any]:
    """Write it."""
    registrant, fields = own.attending.registrant, await form(request)
    answers = await answered.of_registration(registration_id=registrant.id)
    asked = await questions.of(event_id=registrant.event_id)
    files = await chosen_files.read(fields, asked, [""], keys=keys, now=now)
    try:
        lines: dict[str, Any] = {name: fields.text(name, limit=_LONGEST) for name in _LINES}
        typed = RegistrationForm(
            **lines,
            address=registrant.address,
            answers=asking_view.typed(fields, asked, files.of(""), has_file=_files(answers)),
            needs=asking_view.needs(fields),
        )
        await revising.revise(**_whose(request, own), form=typed, now=now)
    except Refused as error:
        kept = await files.shown(people=[""], network=network(request), now=now)
        return await _change_page(request, own, asking_view.values(fields), answers, problems=error.problems, kept=kept)
    return go(f"{own.path}?done=changed")


@get("/registration/{token:str}/hand-on", dependencies=OWN)
async def ask_hand_on(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """To whom?"""
    if not handing.can_hand_on(own.attending.event, own.attending.registrant, now):
        return go(own.path)
    return own_part(request, own, "public/registration_hand_on.html", values={})


@post("/registration/{token:str}/hand-on", dependencies=OWN)
async def hand_on(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """The place is the colleague's."""
    registrant, fields = own.attending.registrant, await form(request)
    lines: dict[str, Any] = {name: fields.text(name, limit=_LONGEST) for name in ("name", "address", "role")}
    typed = RegistrationForm(
        **lines,
        organisation=registrant.organisation,
        language=registrant.language,
    )
    try:
        await handing.hand_on(**_whose(request, own), form=typed, now=now)
    except Refused as error:
        return own_part(request, own, "public/registration_hand_on.html", status=422, problems=error.problems, values=fields.values())
    return go(f"{own.path}?done=handed-on")


async def provide_disowned(token: FromPath[str], keys: NamedDependency[Keys], now: NamedDependency[datetime]) -> Own:
    """The dependency `own` behind "not me"; raises NotFound for somebody who registered themselves."""
    found = await own_of(token, registration_id=keys.read(token, purpose="not-me", now=now))
    if found.attending.registrant.brought_by is None:
        raise NotFound("This registration is not there any more.")
    return found


_NOT_ME = {"own": Provide(provide_disowned)}


@get("/not-me/{token:str}", dependencies=_NOT_ME)
async def ask_disown(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[str]:
    """Who wrote down whose name for what? Looking changes nothing."""
    can = disowning.can_disown(own.attending.event, own.attending.registrant, now)
    return own_part(request, own, "public/not_me.html", can_disown=can, here=f"/not-me/{own.token}")


@post("/not-me/{token:str}", dependencies=_NOT_ME)
async def disown(request: AnyRequest, own: NamedDependency[Own], now: NamedDependency[datetime]) -> Response[Any]:
    """Take the name off."""
    await disowning.disown(**_whose(request, own), now=now)
    return go(f"/not-me/{own.token}")


def _whose(request: AnyRequest, own: Own) -> dict[str, Any]:
    return {
        "office": office_of(request, own.place),
        "event_id": own.attending.event.id,
        "registration_id": own.attending.registrant.id,
    }


def _files(answers: Sequence[Answer]) -> dict[int, str]:
    return {answer.question_id: answer.said for answer in answers if answer.is_file}


async def _change_page(
    request: AnyRequest,
    own: Own,
    values: Values,
    answers: Sequence[Answer],
    *,
    problems: Sequence[Problem] = (),
    kept: chosen_files.Shown | None = None,
) -> Response[str]:
    registrant, order = own.attending.registrant, own.place.cluster.languages
    asked = await questions.of(event_id=registrant.event_id)
    return own_part(
        request,
        own,
        "public/registration_change.html",
        status=422 if problems else 200,
        problems=problems,
        values=values,
        asked=asking_view.shown(asked, registrant.language, order, files=_files(answers)),
        accept=uploads.ACCEPT,
        chosen_files=kept,
        languages=[(one, AUTONYMS[one]) for one in order],
    )


ROUTES: list[ControllerRouterHandler] = [ask_change, change, ask_hand_on, hand_on, ask_disown, disown]
