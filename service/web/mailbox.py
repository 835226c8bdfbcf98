"""`/mailbox`: what the embedded catcher has caught, for people at this very machine: the newcomer's proof that it works."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, Parameter
from litestar.response import Redirect

from service.errors import NotFound
from service.mailbox import store
from service.settings import Settings
from service.web.edge import AnyRequest, go
from service.web.pages import page, reader_of

VIEWS = ("html", "text", "calendar", "headers", "raw")

_LETTER_POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
_HOSTS = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The folder of caught messages."""

    folder: Path


def provide_mailbox(request: AnyRequest, settings: Settings) -> Mailbox:
    """The dependency `mailbox`; raises NotFound unless the catcher is embedded and the reader sits at this machine."""
    if "catcher" not in settings.embedded or not _is_local(request):
        raise NotFound("There is no mailbox here: mail leaves through a real relay, or you are reading from another machine.")
    return Mailbox(settings.state / "mailbox")


_DEPENDENCIES = {"mailbox": Provide(provide_mailbox, sync_to_thread=False)}


@get("/mailbox", dependencies=_DEPENDENCIES, sync_to_thread=True)
def messages(
    request: AnyRequest,
    mailbox: NamedDependency[Mailbox],
    before: Annotated[str, Parameter(max_length=19)] = "",
    to: Annotated[str, Parameter(max_length=254)] = "",
) -> Response[str]:
    """The list, newest first, fifty at a time; `to` finds a recipient."""
    found = store.page(mailbox.folder, before=before or None, recipient=to)
    older = f"/mailbox?{urlencode({'before': found.older, 'to': to})}" if found.older else ""
    newest = f"/mailbox?{urlencode({'to': to})}" if before else ""
    return page(request, "mailbox/list.html", reader=reader_of(request), found=found, to=to, older_url=older, newer_url=newest)


@get("/mailbox/{id:str}", dependencies=_DEPENDENCIES, sync_to_thread=True)
def message(request: AnyRequest, mailbox: NamedDependency[Mailbox], id: FromPath[str], view: str = "") -> Response[str]:
    """One message: as a person sees it, its text twin, its calendar object, its headers, its bytes."""
    found = store.read(mailbox.folder, id=id)
    views = [one for one in VIEWS if _has(found, one)]
    shown = view if view in views else views[0]
    return page(request, "mailbox/message.html", reader=reader_of(request), message=found, views=views, view=shown)


@get("/mailbox/{id:str}/letter", dependencies=_DEPENDENCIES, sync_to_thread=True)
def letter(mailbox: NamedDependency[Mailbox], id: FromPath[str]) -> Response[str]:
    """The HTML alone, for the frame: no scripts, nothing from elsewhere; links open beside it."""
    html = store.read(mailbox.folder, id=id).html or ""
    html = re.sub(r"(<head[^>]*>)", r'\1<base target="_blank">', html, count=1, flags=re.IGNORECASE)
    return Response(html, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _LETTER_POLICY})


@get("/mailbox/{id:str}/parts/{number:int}", dependencies=_DEPENDENCIES, sync_to_thread=True)
def part(mailbox: NamedDependency[Mailbox], id: FromPath[str], number: FromPath[int]) -> Response[bytes]:
    """An attachment as a download."""
    parts = store.read(mailbox.folder, id=id).parts
    if not 0 <= number < len(parts):
        raise NotFound("This message has no such attachment.")
    name = re.sub(r"[^A-Za-z0-9._-]", "_", parts[number].name) or "attachment"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(parts[number].content, media_type="application/octet-stream", headers=headers)


@post("/mailbox/clear", dependencies=_DEPENDENCIES, sync_to_thread=True)
def clear(mailbox: NamedDependency[Mailbox]) -> Redirect:
    """Throw all caught messages away."""
    store.clear(mailbox.folder)
    return go("/mailbox")


ROUTES: list[Any] = [messages, message, letter, part, clear]


def _has(found: store.Message, view: str) -> bool:
    content = {"html": found.html, "text": found.text, "calendar": found.calendar}
    return view not in content or content[view] is not None


def _is_local(request: AnyRequest) -> bool:
    """By address and by Host, so that a page elsewhere cannot read it through a name that points here (DNS rebinding)."""
    try:
        named = urlsplit(f"//{request.headers.get('host', '')}").hostname
        return named in _HOSTS and request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
