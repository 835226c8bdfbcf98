"""A provider's report in one form ★, and what goes wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from service.returns.notices import LONGEST, STATUS, Notice
from service.returns.telling import Kind


class Unproven(Exception):
    """It is not from the provider: no signature, a wrong one, or one that is too old."""


class Unreadable(Exception):
    """It is proven, and not, or not wholly, of the form that the provider describes. `events`: those of it that are."""

    def __init__(self, reason: str, *, events: tuple[Heard, ...] = ()) -> None:
        super().__init__(reason)
        self.events = events


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One event. `key` tells it from others of the provider; `provider_id`: its own name for the message; `action`: failed or delayed."""

    provider: str
    key: str
    kind: Kind
    address: str
    message_id: str = ""
    provider_id: str = ""
    action: str = "failed"
    status: str = ""
    words: str = ""

    @property
    def notice(self) -> Notice:
        """As a server would have told it; a code in its words is nearer to the truth than the provider's class."""
        words = " ".join(self.words.replace("\0", "").split())[:LONGEST]
        found = STATUS.search(words)
        return Notice(self.action, found[1] if found else self.status, words, final=self.address[:254])


class Provider(Protocol):
    """What each module of this folder offers. `headers` have names in small letters; `now` is in seconds."""

    def prove(self, *, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:
        """Raises Unproven."""

    def read(self, body: bytes) -> tuple[Heard, ...]:
        """The events that concern us; raises Unreadable."""


def decoded(body: bytes) -> Any:
    """The JSON of a body; raises Unreadable."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("it is no JSON") from error


def text(found: Any, *path: str) -> str:
    """The text or number at a path of mappings; empty when there is none."""
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return (
        str(found)[:4000].encode("utf-8", "replace").decode().replace("\0", "")
        if isinstance(found, str | int | float) and not isinstance(found, bool)
        else ""
    )
