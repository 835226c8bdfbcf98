"""What a request brings with it: the time, the reader's network, forms; and what every response carries."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.exceptions import ClientException
from litestar.response import Redirect

from service.errors import Refused
from service.letters.links import Links
from service.settings import Settings
from service.tokens import Keys

type_of_form = ("application/x-www-form-urlencoded", "multipart/form-data")

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the application is put together from; kept in `app.state.wiring`. `clock` gives aware UTC."""

    settings: Settings
    keys: Keys
    links: Links
    clock: Callable[[], datetime]


def wiring(request: AnyRequest) -> Wiring:
    """The application's parts."""
    found: Wiring = request.app.state.wiring
    return found


def provide_now(request: AnyRequest) -> datetime:
    """The dependency `now`: aware UTC, read once a request."""
    return wiring(request).clock()


def provide_links(request: AnyRequest) -> Links:
    """The dependency `links`."""
    return wiring(request).links


def provide_keys(request: AnyRequest) -> Keys:
    """The dependency `keys`."""
    return wiring(request).keys


def provide_settings(request: AnyRequest) -> Settings:
    """The dependency `settings`."""
    return wiring(request).settings


def network(request: AnyRequest) -> str:
    """Whom a cap per network counts: an IPv4 address, or the /64 an IPv6 address lies in."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class Form:
    """A posted form: text trimmed and bounded; what is absent reads as empty."""

    def __init__(self, fields: FormMultiDict) -> None:
        self._fields = fields

    def text(self, name: str, *, limit: int = 500) -> str:
        """One line or paragraph; raises Refused when it is longer than `limit` characters."""
        value = self._fields.get(name)
        text = value.strip() if isinstance(value, str) else ""
        if len(text) > limit:
            raise Refused("This is too long: at most {limit} characters.", field=name, limit=limit)
        return text.replace("\r\n", "\n").replace("\0", "")

    def texts(self, name: str, *, limit: int = 200) -> list[str]:
        """Every value of a repeated field: ticked boxes, rows. At most 500 of them."""
        values = self._fields.getall(name, [])
        return [value.strip()[:limit].replace("\0", "") for value in values[:500] if isinstance(value, str)]

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self._fields.get(name))

    def file(self, name: str) -> UploadFile | None:
        """An uploaded file, if one was chosen."""
        value = self._fields.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    async def content(self, name: str) -> bytes:
        """What is in an uploaded file; raises Refused when none was chosen."""
        chosen = self.file(name)
        if chosen is None:
            raise Refused("Choose a file first.", field=name)
        return await chosen.read()

    def number(self, name: str) -> int:
        """A whole number that a page of ours put into its form; 0 for anything else."""
        text = self.text(name, limit=20)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def names(self) -> list[str]:
        """The names of all fields that were posted, each once."""
        return list(dict.fromkeys(self._fields.keys()))

    def values(self) -> dict[str, str]:
        """What was typed, by field, to show it again beside what is wrong."""
        return {name: value for name, value in self._fields.items() if isinstance(value, str) and not name.startswith("_")}


_MOST_TYPED = 1_000_000
"""Characters of all fields together; a form that takes files has a body larger than that."""


async def form(request: AnyRequest) -> Form:
    """The posted form; raises ClientException 415 for another content type, 400 for one that cannot be read, 413 for more text than anybody types."""
    if request.content_type[0] not in type_of_form:
        raise ClientException(status_code=415)
    try:
        fields = await request.form()
    except (ValueError, KeyError, LookupError) as error:
        raise ClientException(status_code=400) from error
    if sum(len(value) for value in fields.values() if isinstance(value, str)) > _MOST_TYPED:
        raise ClientException(status_code=413)
    return Form(fields)


EVEN = 0.05
"""Seconds: more than writing somebody down takes, less than anybody waits for."""


@asynccontextmanager
async def evenly() -> AsyncIterator[None]:
    """What is done inside takes `EVEN` at least: a few milliseconds more or less would tell a stranger whether an address is known."""
    begun = time.monotonic()
    yield
    await asyncio.sleep(EVEN - (time.monotonic() - begun))


def go(path: str) -> Redirect:
    """After a POST: see the page at `path` (303)."""
    return Redirect(path, status_code=303)


def as_file(content: bytes, *, name: str, media_type: str) -> Response[bytes]:
    """A download, whatever its name is (RFC 6266 §4.3)."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    named = f'filename="{plain}"' if plain == name else f"filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": f"attachment; {named}"})
