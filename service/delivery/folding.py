"""A calendar object with slots ★: unfolded once, filled and folded again per copy at 75 octets (RFC 5545 §3.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from service.letters import slots

_FOLD = re.compile(rb"\r?\n[ \t]")
_OCTETS = 75


def unfolded(content: bytes) -> str:
    """The object with each content line on one line of its own, ended by CRLF."""
    return _FOLD.sub(b"", content).decode("utf-8")


def filled(text: str, values: Mapping[str, str]) -> bytes:
    """An unfolded object with its slots filled, as bytes for the wire."""
    lines = slots.fill(text, values, "calendar").splitlines()
    return b"".join(_folded(line.encode("utf-8", "replace")) + b"\r\n" for line in lines)


def _folded(line: bytes) -> bytes:
    pieces, room = [], _OCTETS
    while len(line) > room:
        cut = room
        while line[cut] & 0xC0 == 0x80:  # never inside a character
            cut -= 1
        pieces.append(line[:cut])
        line, room = line[cut:], _OCTETS - 1
    return b"\r\n ".join((*pieces, line))
