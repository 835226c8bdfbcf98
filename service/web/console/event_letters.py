"""The letters around an event: when they go out, and what they say, kind by kind and language by language, with a look and a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import NotFound, Refused, Stale
from service.events import letters, materials, planning, programme, reminders, thanks, uploads, words_of
from service.events.letters import Kind
from service.events.occasion import Occasion
from service.events.plan import MOST_REMINDERS, UNITS
from service.events.proof import Proof
from service.languages.catalogues import marked
from service.languages.locales import AUTONYMS
from service.letters.letter import Letter
from service.letters.links import Links
from service.web.console import plan_form
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.events import described, office_of
from service.web.edge import AnyRequest, form, go, wiring
from service.web.errors import status_of
from service.web.framed import framed

_DONE = {
    "planned": marked("Saved. The letters go out by this plan from now on."),
    "saved": marked("Saved. From now on the letter says it this way."),
    "standard": marked("The letter has its standard words again."),
    "tested": marked("The test is on its way. It should be in your mailbox within a minute."),
    "added": marked("The file is kept. The thank-you says that it is there."),
    "removed": marked("The file is gone."),
    "thanked": marked("The thank-you letters are on their way."),
}


@get("/console/{cluster:str}/events/{event_id:int}/letters", dependencies=AT_DESK)
async def listed(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[str]:
    """Every letter, where it has words of its own, and the plan."""
    return await list_page(request, desk, event_id, now, flash=said(request, _DONE))


@post("/console/{cluster:str}/events/{event_id:int}/letters", dependencies=AT_DESK)
async def plan(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Choose when they go out."""
    posted = await form(request)
    try:
        chosen = plan_form.read(posted)
        await planning.save(cluster=desk.cluster, event_id=event_id, now=now, actor_id=desk.coordinator.id, **chosen)
    except Refused as error:
        return await list_page(request, desk, event_id, now, status=422, problems=error.problems, values=posted.values())
    return go(f"{desk.path}/events/{event_id}/letters?done=planned")


@dataclass(frozen=True, slots=True)
class Editing:
    """A kind of letter of an event in one language, on a coordinator's desk."""

    desk: Desk
    proof: Proof

    @property
    def path(self) -> str:
        """The page of the letter, without the language."""
        return f"{self.desk.path}/events/{self.proof.event.id}/letters/{self.proof.kind.template}"

    @property
    def here(self) -> str:
        """The page of the letter in its language."""
        return f"{self.path}?language={self.proof.language}"

    def as_read(self, letter: Letter) -> Letter:
        """The letter as the coordinator would get it."""
        return self.proof.as_read_by(letter, name=self.desk.coordinator.name)


async def provide_editing(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], kind: FromPath[str]) -> Editing:
    """The dependency `editing`; raises NotFound for an event, letter or language that is not there."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    language = request.query_params.get("language", desk.cluster.languages[0])
    if language not in desk.cluster.languages:
        raise NotFound("There is no such letter.")
    files = tuple(one.name for one in await materials.of(event_id=event_id))
    return Editing(desk, Proof(office_of(request, desk), event, words_of.kind_of(kind), language, files))


_EDITING = {**AT_DESK, "editing": Provide(provide_editing)}


@get("/console/{cluster:str}/events/{event_id:int}/letters/{kind:str}", dependencies=_EDITING)
async def edit(request: AnyRequest, editing: NamedDependency[Editing]) -> Response[str]:
    """What it says, beside the standard words."""
    return await _edit_page(request, editing, flash=said(request, _DONE))


@post("/console/{cluster:str}/events/{event_id:int}/letters/{kind:str}", dependencies=_EDITING)
async def save(request: AnyRequest, editing: NamedDependency[Editing], now: NamedDependency[datetime]) -> Response[Any]:
    """Say it this way."""
    posted, proof = await form(request), editing.proof
    try:
        await words_of.save(
            cluster=editing.desk.cluster,
            event_id=proof.event.id,
            kind=proof.kind.template,
            language=proof.language,
            subject=posted.text("subject", limit=2000),
            words=posted.text("words", limit=50_000),
            version=posted.number("version"),
            now=now,
            actor_id=editing.desk.coordinator.id,
        )
    except (Refused, Stale) as error:
        return await _edit_page(request, editing, status=status_of(error), problems=error.problems, values=posted.values())
    return go(f"{editing.here}&done=saved")


@post("/console/{cluster:str}/events/{event_id:int}/letters/{kind:str}/standard", dependencies=_EDITING)
async def standard(editing: NamedDependency[Editing], now: NamedDependency[datetime]) -> Response[Any]:
    """Back to the standard words."""
    await words_of.forget(
        cluster=editing.desk.cluster,
        event_id=editing.proof.event.id,
        kind=editing.proof.kind.template,
        language=editing.proof.language,
        now=now,
        actor_id=editing.desk.coordinator.id,
    )
    return go(f"{editing.here}&done=standard")


@post("/console/{cluster:str}/events/{event_id:int}/letters/{kind:str}/test", dependencies=_EDITING)
async def test(editing: NamedDependency[Editing], now: NamedDependency[datetime]) -> Response[Any]:
    """Send it, as it is saved, to whoever presses the button."""
    me = editing.desk.coordinator
    await editing.proof.send(address=me.address, name=me.name, actor_id=me.id, now=now)
    return go(f"{editing.here}&done=tested")


@get("/console/{cluster:str}/events/{event_id:int}/letters/{kind:str}/preview", dependencies=_EDITING)
async def preview(editing: NamedDependency[Editing], links: NamedDependency[Links]) -> Response[str]:
    """The letter as it is saved, for the frame on the page."""
    return framed(editing.as_read(await editing.proof.saved()).html, site_url=links.site_url)


@post("/console/{cluster:str}/events/{event_id:int}/letters/{kind:str}/preview", dependencies=_EDITING, status_code=200)
async def unsaved(request: AnyRequest, editing: NamedDependency[Editing], links: NamedDependency[Links]) -> Response[str]:
    """The letter with what stands in the form right now; nothing is written."""
    posted = await form(request)
    letter = await editing.proof.typed(subject=posted.text("subject", limit=2000), words=posted.text("words", limit=50_000))
    return framed(editing.as_read(letter).html, site_url=links.site_url)


@get("/console/{cluster:str}/events/{event_id:int}/thanks", dependencies=AT_DESK)
async def ask_thanks(
    request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[str]:
    """Who gets the thank-you, and the button."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    waiting = await thanks.waiting(event=event, now=now)
    return _page(request, desk, event, now, "console/events/thanks.html", waiting=waiting)


@post("/console/{cluster:str}/events/{event_id:int}/thanks", dependencies=AT_DESK)
async def thank(request: AnyRequest, desk: NamedDependency[Desk], event_id: FromPath[int], now: NamedDependency[datetime]) -> Response[Any]:
    """Thank them now; twice does nothing more."""
    await thanks.send(office=office_of(request, desk), event_id=event_id, now=now, actor_id=desk.coordinator.id)
    return go(f"{desk.path}/events/{event_id}/letters?done=thanked")


async def list_page(request: AnyRequest, desk: Desk, event_id: int, now: datetime, **values: Any) -> Response[str]:
    """The page of an event's letters, plan and materials."""
    event = await programme.by_id(cluster_id=desk.cluster.id, event_id=event_id)
    planned = await reminders.plan_of(event_id=event_id)
    shown = {"values": plan_form.values_of(planned), "groups": letters.GROUPS, "own": await words_of.which(event_id=event_id)}
    fixed: dict[str, Any] = {"rows": range(1, MOST_REMINDERS + 1), "units": UNITS, "can_thank": event.goes_on and event.is_over(now)}
    fixed |= {"materials": await materials.of(event_id=event_id), "accept": uploads.ACCEPT}
    return _page(request, desk, event, now, "console/events/letters.html", **(shown | fixed | values))


async def _edit_page(request: AnyRequest, editing: Editing, **values: Any) -> Response[str]:
    desk, proof = editing.desk, editing.proof
    edited = await words_of.edited(event_id=proof.event.id, kind=proof.kind.template)
    usual, own = await proof.standard(), edited.get(proof.language)
    shown = own or usual
    return _page(
        request,
        desk,
        proof.event,
        wiring(request).clock(),
        "console/events/letter.html",
        editing=editing,
        letter_kind=proof.kind,
        language=proof.language,
        languages=[(one, AUTONYMS[one], one in edited) for one in desk.cluster.languages],
        standard=usual,
        is_own=own is not None,
        fields=_fields(proof.kind),
        **({"values": {"subject": shown.subject, "words": shown.words, "version": own.version if own else 0}} | values),
    )


def _fields(kind: Kind) -> list[tuple[str, str]]:
    return [(f"{{{name}}}", means) for name, means in kind.fields.items()]


def _page(request: AnyRequest, desk: Desk, event: Occasion, now: datetime, template: str, **values: Any) -> Response[str]:  # all of a page
    here = f"{desk.path}/events/{event.id}"
    return desk.page(request, template, here=here, home=desk.path, event=event, **described(event, desk, now), **values)


ROUTES: list[ControllerRouterHandler] = [listed, plan, edit, save, standard, test, preview, unsaved, ask_thanks, thank]
