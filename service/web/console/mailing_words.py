"""The editor of a newsletter: one edition at a time, in blocks. Every button saves what was typed and comes back to where one was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.clusters import images
from service.errors import NotFound, Problem, Refused, Stale
from service.events.occasion import KIND_NAMES
from service.languages.catalogues import marked
from service.mailings import blocks, content, editions, records
from service.mailings.blocks import Block, Picture
from service.mailings.content import Content
from service.mailings.editions import Written
from service.mailings.lifecycle import State
from service.mailings.tables import Mailing
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.mailings import int_of
from service.web.edge import AnyRequest, Form, form, go
from service.web.errors import status_of

UPLOAD = 12_000_000
"""Bytes of a posted edition: two pictures of the largest size with the words around them."""

_DONE = {"saved": marked("Saved."), "copied": marked("Copied. Translate it block by block.")}

_ELSEWHERE = ("preview", "send", "about")


@get("/console/{cluster:str}/mailings/{mailing_id:int}/write", dependencies=AT_DESK)
async def show(request: AnyRequest, desk: NamedDependency[Desk], mailing_id: FromPath[int]) -> Response[Any]:
    """One edition; `check` in the query asks for everything that is missing, not only for mistakes."""
    mailing = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    if State(mailing.state) is not State.DRAFT:
        return go(f"{desk.path}/mailings/{mailing.id}")
    written = await editions.one(mailing_id=mailing.id, language=language_of(request, desk))
    wrong = content.problems(written.content) if "check" in request.query_params else content.mistakes(written.content)
    return await _page(request, desk, mailing, written, problems=wrong, flash=said(request, _DONE))


@post("/console/{cluster:str}/mailings/{mailing_id:int}/write", dependencies=AT_DESK, request_max_body_size=UPLOAD)
async def save(
    request: AnyRequest, desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Save, then do what the button said: move, add, remove, or go elsewhere."""
    mailing = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    language, fields = language_of(request, desk), await form(request)
    typed, wrong = await _with_pictures(desk, typed_content(fields), fields, now)
    rearranged, focus = blocks.rearranged(typed.blocks, fields.text("do"))
    try:
        await editions.save(
            cluster_id=desk.cluster.id,
            mailing_id=mailing.id,
            language=language,
            content=Content(typed.subject, typed.preheader, rearranged),
            version=int_of(fields.text("version")),
            now=now,
            actor_id=desk.coordinator.id,
        )
    except (Refused, Stale) as error:
        theirs = await editions.one(mailing_id=mailing.id, language=language)
        written = Written(language, typed, theirs.version if isinstance(error, Stale) else int_of(fields.text("version")))
        return await _page(request, desk, mailing, written, status=status_of(error), problems=[*error.problems, *wrong])
    if wrong:
        written = await editions.one(mailing_id=mailing.id, language=language)
        return await _page(request, desk, mailing, written, status=422, problems=wrong)
    return go(f"{desk.path}/mailings/{mailing.id}/{_next(desk, fields.text('do'), language, focus)}")


@post("/console/{cluster:str}/mailings/{mailing_id:int}/write/copy", dependencies=AT_DESK)
async def copy(
    request: AnyRequest, desk: NamedDependency[Desk], mailing_id: FromPath[int], now: NamedDependency[datetime]
) -> Response[Any]:
    """Begin an edition with the words of another."""
    language, fields = language_of(request, desk), await form(request)
    await editions.copy(
        cluster_id=desk.cluster.id,
        mailing_id=mailing_id,
        source=fields.text("source"),
        target=language,
        now=now,
        actor_id=desk.coordinator.id,
    )
    return go(f"{desk.path}/mailings/{mailing_id}/write?edition={language}&done=copied")


def language_of(request: AnyRequest, desk: Desk) -> str:
    """The edition that `?edition=` names, else the first; raises NotFound for a language that the cluster does not speak."""
    language = request.query_params.get("edition") or desk.cluster.languages[0]
    if language not in desk.cluster.languages:
        raise NotFound("This cluster does not write in that language.")
    return str(language)


def typed_content(fields: Form) -> Content:
    """The edition as it stands in the form, without its files and however long: what is too long is told on the page that still shows it."""
    texts = {name: fields.text(name, limit=UPLOAD) for name in fields.names() if name.startswith("block.")}
    subject, preheader = (" ".join(fields.text(name, limit=UPLOAD).split()) for name in ("subject", "preheader"))
    return Content(subject, preheader, blocks.from_form(texts))


async def _with_pictures(desk: Desk, typed: Content, fields: Form, now: datetime) -> tuple[Content, list[Problem]]:
    """Uploaded files become pictures of the cluster at once, so that a save that is refused does not ask for them again."""
    placed: list[Block] = []
    wrong: list[Problem] = []
    for number, block in enumerate(typed.blocks, start=1):
        upload = fields.file(f"block.{number}.file")
        if not isinstance(block, Picture) or upload is None:
            placed.append(block)
            continue
        try:
            image = await images.store(cluster_id=desk.cluster.id, content=await upload.read(), now=now, actor_id=desk.coordinator.id)
            placed.append(Picture(image.digest, block.alt, block.link))
        except Refused as error:
            placed.append(block)
            wrong.append(Problem(error.problem.text, f"block.{number}.file", error.problem.values))
    return Content(typed.subject, typed.preheader, tuple(placed)), wrong


def _next(desk: Desk, act: str, language: str, focus: int | None) -> str:
    """Where a button leads after the save, below the mailing's own path."""
    wanted = act.removeprefix("to:") if act.startswith("to:") else ""
    if wanted in _ELSEWHERE:
        return f"{wanted}?edition={language}"
    if wanted in desk.cluster.languages:
        return f"write?edition={wanted}"
    return f"write?edition={language}#block-{focus}" if focus else f"write?edition={language}&done=saved"


async def _page(request: AnyRequest, desk: Desk, mailing: Mailing, written: Written, **values: Any) -> Response[str]:
    others = await editions.of(mailing_id=mailing.id)
    return desk.page(
        request,
        "console/mailings/write.html",
        mailing=mailing,
        edition=written,
        blocks=[(blocks.kind(block), block) for block in written.content.blocks],
        editions=[(language, language in others) for language in desk.cluster.languages],
        sources=[language for language in others if language != written.language] if written.content.is_blank else [],
        kinds=list(KIND_NAMES.items()),
        **values,
    )


ROUTES: list[ControllerRouterHandler] = [show, save, copy]
