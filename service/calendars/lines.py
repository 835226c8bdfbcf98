"""Content lines ★ (RFC 5545 §3.1): CRLF, at most 75 octets, continued after a space, never inside a character."""

from __future__ import annotations

import re

OCTETS = 75

_FOLD = re.compile(r"\r?\n[ \t]")


def unfold(content: bytes) -> str:
    """The object with every property on one line: where slots are filled. The line ends are `\\r\\n`."""
    return _FOLD.sub("", content.decode())


def fold(text: str) -> bytes:
    """The bytes of an unfolded object."""
    return b"".join(_folded(line) for line in text.split("\r\n") if line)


def _folded(line: str) -> bytes:
    octets = line.encode()
    pieces: list[bytes] = []
    while len(octets) > OCTETS - bool(pieces):
        end = OCTETS - bool(pieces)
        while octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        pieces.append(octets[:end])
        octets = octets[end:]
    return b"\r\n ".join([*pieces, octets]) + b"\r\n"
