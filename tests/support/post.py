"""Letters as they came over the wire, read by libraries that did not write them: the standard library's email, html5lib and vobject."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import vobject

from tests.support.browser import parsed

_NAMESPACE = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True, slots=True)
class Caught:
    """One message out of the catcher's folder, `raw` as it came."""

    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Parsed."""
        found = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        assert not found.defects
        return found

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The text/plain twin."""
        return self._body("plain")

    @property
    def html(self) -> Any:
        """The text/html twin, as a tree."""
        return parsed(self._body("html"))

    @property
    def html_text(self) -> str:
        """The words of the HTML twin, white space folded."""
        body = self.html.find(f"{_NAMESPACE}body")
        return " ".join(" ".join(body.itertext()).split())

    @property
    def links(self) -> list[str]:
        """Where the links of the HTML lead."""
        return [one.get("href", "") for one in self.html.iter(f"{_NAMESPACE}a")]

    def path(self, start: str) -> str:
        """The path of the link that begins with `start`: one in the HTML, and the same in the text."""
        (found,) = {link for link in self.links if urlsplit(link).path.startswith(start)}
        assert found in self.text
        return urlsplit(found).path

    @property
    def structure(self) -> list[str]:
        """The media types of its parts, outermost first."""
        return [part.get_content_type() for part in self.message.walk()]

    @property
    def calendars(self) -> list[bytes]:
        """The bytes of every calendar object in it."""
        parts = [part for part in self.message.walk() if part.get_content_type() in ("text/calendar", "application/ics")]
        return [bytes(part.get_payload(decode=True)) for part in parts]

    @property
    def calendar(self) -> Any:
        """The calendar object, as vobject understands it."""
        return vobject.readOne(self.calendars[0].decode())

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None, f"no {kind} in {self.structure}"
        return str(part.get_content())


class Mailbox:
    """What the catcher keeps in `folder`, oldest first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def letters(self, *, to: str = "") -> list[Caught]:
        """Every letter, or those to one address."""
        found = [_read(path) for path in sorted(self._folder.glob("*.eml"))]
        return [one for one in found if not to or to in one.recipients]

    async def letter(self, *, to: str, number: int = 1, seconds: float = 20) -> Caught:
        """The `number`th letter to an address, once it is there; there must not be a later one."""
        await until(lambda: len(self.letters(to=to)) >= number, seconds=seconds, what=f"letter {number} to {to}")
        found = self.letters(to=to)
        assert len(found) == number, [one.subject for one in found]
        return found[-1]


async def until(what_is: Callable[[], Any], *, seconds: float = 20, what: str = "") -> None:
    """Wait until `what_is()`, or what it awaits, is true; fails when that takes longer."""
    end = time.monotonic() + seconds
    while not (await found if inspect.isawaitable(found := what_is()) else found):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        await asyncio.sleep(0.05)


def _read(path: Path) -> Caught:
    first, _, rest = path.read_bytes().partition(b"\r\n")
    envelope = json.loads(first.partition(b":")[2])
    return Caught(tuple(envelope["to"]), rest)
