"""The addresses that are read here ★: `bounce+<token>@`, `leave+<token>@`, `reply+<token>@`, and the desks of a mail domain."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple


class Door(StrEnum):
    """What an address is for. `desk`: abuse@, postmaster@ (RFC 2142) and where feedback loops report to; `sender`: a cluster's own From."""

    BOUNCE = "bounce"
    LEAVE = "leave"
    REPLY = "reply"
    DESK = "desk"
    SENDER = "sender"


class Entrance(NamedTuple):
    """A door and the token in it."""

    door: Door
    token: str


_DESKS = frozenset(("abuse", "postmaster", "mailer-daemon", "complaints", "fbl", "bounce", "bounces"))
_ADDRESS = re.compile(r"(bounce|leave|reply)\+([a-z2-7]{8,60})")


def of(address: str, *, domain: str) -> Entrance | None:
    """Which door of `domain` this is; None when it is none. Some servers return an address in capitals."""
    local, _, at = address.strip().strip("<>").lower().rpartition("@")
    if at != domain.lower():
        return None
    if found := _ADDRESS.fullmatch(local):
        return Entrance(Door(found[1]), found[2])
    return Entrance(Door.DESK, "") if local in _DESKS else None
