"""Quoted-printable ★ (RFC 2045 §6.7) for segments that are joined later, and base64 in lines.

A segment begins at the start of a line and a filled slot has a soft line break on both sides, so that any value fits between any two segments.
No line begins with a dot or `From `: the transaction needs no dot-stuffing and no mail store changes a byte.
"""

from __future__ import annotations

import base64
import binascii
import re

SOFT = b"=\r\n"
_WIDTH = 75
_EASY = re.compile(r"[ -<>-~]*")
_LINE = re.compile(rb".{1,%d}" % (_WIDTH - 2))
_LINE_START = re.compile(rb"(?m)^(?:\.|F(?=rom ))")


def segment(text: str) -> bytes:
    """`text` encoded, its line ends as CRLF; the last line is left open."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    encoded = binascii.b2a_qp(raw, istext=True)
    if _LINE_START.search(encoded):
        encoded = b"\n".join(_guarded(line) for line in encoded.split(b"\n"))
    return encoded.replace(b"\n", b"\r\n")


def value(text: str) -> bytes:
    """A slot's value, to stand between two soft breaks. Fast for the ASCII values that most are."""
    if not text:
        return b""
    return easy(text) if _EASY.fullmatch(text) else softly_ended(segment(text))


def easy(text: str) -> bytes:
    """The same for printable ASCII without equals signs, not empty."""
    raw = text.encode("ascii")
    if len(raw) > _WIDTH - 2:
        raw = SOFT.join(_LINE.findall(raw))
    if raw[0] in b".F" or b"\n." in raw or b"\nF" in raw:
        raw = _LINE_START.sub(lambda match: b"=%02X" % ord(match[0]), raw)
    return raw + SOFT


def softly_ended(encoded: bytes) -> bytes:
    """An encoded segment with a soft line break after it, its last line parted once more when there is no room for the sign."""
    if len(encoded) - (encoded.rfind(b"\n") + 1) > _WIDTH:
        cut = -3 if encoded[-3:-2] == b"=" else -1
        encoded = encoded[:cut] + SOFT + (b"=2E" if encoded[cut:] == b"." else encoded[cut:])
    return encoded + SOFT


def lines_of_base64(content: bytes) -> bytes:
    """base64 in lines of 76, with the last line's end."""
    encoded = base64.b64encode(content)
    return b"".join(encoded[start : start + 76] + b"\r\n" for start in range(0, len(encoded), 76))


def _guarded(line: bytes) -> bytes:
    """An encoded line whose first character must be written as its code, parted again when that makes it too long."""
    if not _LINE_START.match(line):
        return line
    line = b"=%02X" % line[0] + line[1:]
    if len(line) <= _WIDTH + 1:
        return line
    cut = _WIDTH - 3 + line[_WIDTH - 3 : _WIDTH].rfind(b"=") if b"=" in line[_WIDTH - 3 : _WIDTH] else _WIDTH
    return line[:cut] + b"=\n" + _guarded(line[cut:])
