"""Delivery status notifications ★ (RFC 3464 in RFC 6522, RFC 6533), their blocks split here.

Real ones lack the blank lines between blocks or before the first field, or come in base64: fields are read in their order, and a recipient's block begins
where a field of the last one comes again, or a name after other fields of somebody named (Amazon writes the action before the name).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from service.delivery.verdict import heard
from service.returns import mime
from service.returns.mime import Part

STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]\d|\d)")
LONGEST = 2000
"""Characters of a server's words that are kept."""

_FIELD = re.compile(r"([A-Za-z][A-Za-z-]{1,60})\s*:[ \t]*(.*)")
_OF_A_RECIPIENT = frozenset(
    (
        "original-recipient",
        "final-recipient",
        "action",
        "status",
        "remote-mta",
        "diagnostic-code",
        "last-attempt-date",
        "final-log-id",
        "will-retry-until",
    )
)
_NAMES = frozenset(("original-recipient", "final-recipient"))
_MOST = 20
_XTEXT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}|\+([0-9A-F]{2})")


@dataclass(frozen=True, slots=True)
class Notice:
    """What a server says of one recipient, in characters that can be stored. `status`: its enhanced code or empty; `words`: its diagnostic, one line; addresses
    as it writes them.
    """

    action: str
    status: str
    words: str
    final: str = ""
    original: str = ""

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, heard(getattr(self, one.name)))


def parts(message: Part) -> list[Part]:
    """The status parts of a report; one that a gateway wrapped into another message is found only when there is no other."""
    own = [part for part in message.walk() if _is_status(part)]
    return own or [part for part in message.walk(into_messages=True) if _is_status(part)]


def read(part: Part) -> list[Notice]:
    """The notices of a status part; empty when it names no recipient."""
    return [_notice(block) for block in _blocks(_lines(_text(part))) if block.keys() & _OF_A_RECIPIENT][:_MOST]


def _is_status(part: Part) -> bool:
    return part.media_type in ("message/delivery-status", "message/global-delivery-status")


def _text(part: Part) -> str:
    """The fields: in the body, or, where the blank line before it is missing, among the part's own."""
    swallowed = "\n".join(f"{name}: {value}" for name, value in part.fields if not name.startswith("content-"))
    body = part.content
    if b":" not in body[:2000] and (undone := mime.from_base64(body)) and b":" in undone[:2000]:
        body = undone
    return f"{swallowed}\n{mime.as_text(body[:200_000])}"


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Fields in order, unfolded."""
    name, value = "", ""
    for line in text.splitlines():
        found = _FIELD.match(line)
        if found:
            if name:
                yield name, value
            name, value = found[1].lower(), found[2].strip()
        elif name and line.strip():
            value = f"{value} {line.strip()}"[:LONGEST]
    if name:
        yield name, value


def _blocks(fields: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    block: dict[str, str] = {}
    before = ""
    for name, value in fields:
        if name not in _OF_A_RECIPIENT:
            continue
        if name in block or (name in _NAMES and before not in _NAMES and block.keys() & _NAMES):
            yield block
            block = {}
        block[name] = value
        before = name
    if block:
        yield block


def _notice(block: dict[str, str]) -> Notice:
    words = block.get("diagnostic-code", "").partition(";")[2].strip() or block.get("diagnostic-code", "")
    told = STATUS.search(block.get("status", ""))
    status = told[1] if told else ""
    if (not status or status.endswith(".0.0")) and (inside := STATUS.search(words)):
        status = inside[1]
    return Notice(
        action=block.get("action", "").strip().lower().split(" ")[0][:20] or ("failed" if status.startswith("5") else ""),
        status=status,
        words=words[:LONGEST],
        final=address(block.get("final-recipient", "")),
        original=address(block.get("original-recipient", "")),
    )


def address(value: str) -> str:
    """The address of `rfc822; a@example.org` or `utf-8; …` (RFC 6533 §3), its escapes undone."""
    bare = value.partition(";")[2] or value
    if value.strip().lower().startswith("utf-8"):
        bare = _XTEXT.sub(_character, bare)
    return bare.strip().strip("<>").strip()[:254]


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "�"
