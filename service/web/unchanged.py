"""Nothing new: the answer to almost every request for a calendar feed, given before the application is asked.

Programs ask for a feed every few hours, by the thousand, and name the version they have (RFC 9110 §13.1.2). Whether it is still the one is a single statement of SQL. Whatever else
there is to say, an unknown feed included, is said by the controllers.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from litestar.enums import ScopeType

from service.errors import ServiceError
from service.feeds import validators
from service.feeds.validators import Validator
from service.persistence.engine import LOST_CONNECTION
from service.web.edge import Wiring

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

PUBLIC = "public, no-cache"
PRIVATE = "private, no-cache"

_CLUSTER = re.compile(r"/([a-z0-9-]+)/([a-z]{2,3})/(?:events|calls|all)\.ics")
_PERSON = re.compile(r"/feed/([^/]+)\.ics")


def before(app: ASGIApp, wiring: Wiring) -> ASGIApp:
    """An ASGI layer that answers 304 where it can and else passes on."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        found = await _held(scope, wiring) if scope["type"] == ScopeType.HTTP and scope["path"].endswith(".ics") else None
        if found is None:
            await app(scope, receive, send)
            return
        await send(
            {
                "type": "http.response.start",
                "status": 304,
                "headers": [(name.lower().encode(), value.encode()) for name, value in found.items()],
            }
        )
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return handle


def headers(validator: Validator, cached: str) -> dict[str, str]:
    """What a feed and the word that it is unchanged have in common (RFC 9110 §15.4.5)."""
    dated = {"Last-Modified": _written(validator.changed_at)} if validator.changed_at else {}
    return {"ETag": validator.tag, "Cache-Control": cached, **dated}


async def _held(scope: HTTPScope, wiring: Wiring) -> dict[str, str] | None:
    """The headers of a 304 when the program has what there is; None when it is for the application to answer, a lost database included."""
    wanted = dict(scope["headers"])
    if scope["method"] != "GET" or (b"if-none-match" not in wanted and b"if-modified-since" not in wanted):
        return None
    with suppress(*LOST_CONNECTION):
        found, cached = await _validator(scope["path"], wiring)
        if found is not None and _is_known(wanted, found):
            return headers(found, cached)
    return None


async def _validator(path: str, wiring: Wiring) -> tuple[Validator | None, str]:
    now, site_url = wiring.clock(), wiring.links.site_url
    if found := _CLUSTER.fullmatch(path):
        return await validators.of_cluster(slug=found[1], language=found[2], site_url=site_url, now=now), PUBLIC
    if found := _PERSON.fullmatch(path):
        try:
            person_id = wiring.keys.read(found[1], purpose="feed", now=now)
        except ServiceError:
            return None, PRIVATE
        return await validators.of_person(person_id=person_id, site_url=site_url, now=now), PRIVATE
    return None, PUBLIC


def _is_known(wanted: dict[bytes, bytes], validator: Validator) -> bool:
    """Whether the program has this version; its date counts only when it names no tag (RFC 9110 §13.2.2)."""
    tags = wanted.get(b"if-none-match")
    if tags is not None:
        known = [one.strip().removeprefix("W/") for one in tags.decode("latin-1").split(",")]
        return validator.tag in known or "*" in known
    since = moment(wanted[b"if-modified-since"].decode("latin-1"))
    return since is not None and validator.changed_at is not None and validator.changed_at <= since


@lru_cache
def _written(at: datetime) -> str:
    """A date of HTTP; the same few are asked for again and again."""
    return format_datetime(at, usegmt=True)


def moment(text: str) -> datetime | None:
    """A date of HTTP; None when it is none."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
