"""Look at a newsletter before anybody gets it: as a letter, as plain text, on a phone, in one's own mailbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.errors import Refused
from service.languages.catalogues import marked
from service.letters.letter import Letter
from service.letters.links import Links
from service.mailings import content, editions, proof, records
from service.mailings.content import Content
from service.mailings.lifecycle import State
from service.people import addresses
from service.web.console.access import AT_DESK, Desk, said
from service.web.console.mailing_words import UPLOAD, language_of, typed_content
from service.web.edge import AnyRequest, form, go
from service.web.framed import framed

_DONE = {"tested": marked("The test is on its way. It should be in the mailbox within a minute.")}

_SHAPES = ("letter", "phone", "text")


@get("/console/{cluster:str}/mailings/{mailing_id:int}/preview", dependencies=AT_DESK)
async def show(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    mailing_id: FromPath[int],
    links: NamedDependency[Links],
    now: NamedDependency[datetime],
) -> Response[str]:
    """One edition as its readers will see it."""
    values = {"address": addresses.shown(desk.coordinator.address)}
    return await _page(request, desk, mailing_id, links, now, values=values, flash=said(request, _DONE))


@get("/console/{cluster:str}/mailings/{mailing_id:int}/letter", dependencies=AT_DESK)
async def letter(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    mailing_id: FromPath[int],
    links: NamedDependency[Links],
    now: NamedDependency[datetime],
) -> Response[str]:
    """The letter's HTML, for the frame on the page."""
    language = language_of(request, desk)
    skeleton = await proof.letter(cluster=desk.cluster, mailing_id=mailing_id, language=language, links=links, now=now)
    return framed(_read_by(desk, skeleton, links).html, site_url=links.site_url)


@post("/console/{cluster:str}/mailings/{mailing_id:int}/letter", dependencies=AT_DESK, status_code=200, request_max_body_size=UPLOAD)
async def unsaved(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    mailing_id: FromPath[int],
    links: NamedDependency[Links],
    now: NamedDependency[datetime],
) -> Response[str]:
    """The letter of what stands in the editor right now; nothing is written."""
    words, language = typed_content(await form(request)), language_of(request, desk)
    skeleton = await proof.of_words(cluster=desk.cluster, mailing_id=mailing_id, language=language, words=words, links=links, now=now)
    return framed(_read_by(desk, skeleton, links).html, site_url=links.site_url)


@post("/console/{cluster:str}/mailings/{mailing_id:int}/preview", dependencies=AT_DESK)
async def test(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    mailing_id: FromPath[int],
    links: NamedDependency[Links],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Send the edition to one address."""
    language, fields = language_of(request, desk), await form(request)
    try:
        await proof.send(
            cluster=desk.cluster,
            mailing_id=mailing_id,
            language=language,
            address=fields.text("address"),
            name=desk.coordinator.name,
            links=links,
            now=now,
            actor_id=desk.coordinator.id,
        )
    except Refused as error:
        return await _page(request, desk, mailing_id, links, now, status=422, problems=error.problems, values=fields.values())
    return go(f"{desk.path}/mailings/{mailing_id}/preview?edition={language}&done=tested")


async def _page(request: AnyRequest, desk: Desk, mailing_id: int, links: Links, now: datetime, **values: Any) -> Response[str]:
    mailing = await records.find(cluster_id=desk.cluster.id, mailing_id=mailing_id)
    written = await editions.of(mailing_id=mailing.id)
    language = language_of(request, desk) if "edition" in request.query_params else next(iter(written), desk.cluster.languages[0])
    shape = request.query_params.get("as", "letter")
    words = written[language].content if language in written else Content()
    shown = None
    if not words.is_blank:
        skeleton = await proof.of_words(cluster=desk.cluster, mailing_id=mailing.id, language=language, words=words, links=links, now=now)
        shown = _read_by(desk, skeleton, links)
    return desk.page(
        request,
        "console/mailings/preview.html",
        mailing=mailing,
        is_draft=State(mailing.state) is State.DRAFT,
        language=language,
        editions=[(one, one in written) for one in desk.cluster.languages],
        shape=shape if shape in _SHAPES else "letter",
        letter=shown,
        unfinished=sum(not content.is_ready(block) for block in words.blocks),
        **values,
    )


def _read_by(desk: Desk, skeleton: Letter, links: Links) -> Letter:
    home = links.cluster(cluster=desk.cluster.slug, language=skeleton.language)
    return proof.as_read_by(skeleton, name=desk.coordinator.name, home_url=home)


ROUTES: list[ControllerRouterHandler] = [show, letter, unsaved, test]
