"""Mail as it really comes ★, cut into parts: missing blank lines, unknown charsets, truncated, nested without end. Never raises.

The standard library's parser loses the fields of about half of real bounces and follows nesting as deep as it goes; this one keeps every byte of a part
and is bounded in octets, depth and number.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LARGEST = 2 * 1024 * 1024
"""Octets that are read of a message; what follows is not looked at."""

_DEEPEST = 8
_MOST_PARTS = 200
_MOST_FIELDS = 1000
_LONGEST_FIELD = 20_000
_LONGEST_PARAMETERS = 4000
_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:")
_FOLDED = re.compile(rb"(?:[ \t]+[^\s][^\n]*(?:\n|\Z))+")
_PARAMETER = re.compile(r';\s*([\w.-]{1,40})\*?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))')
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_WORDS = re.compile(r"\?=\s{1,80}=\?")
# Others are read as UTF-8 or Windows-1252: some codecs of Python (punycode) take a hostile text's square in time.
_CHARSET = re.compile(
    r"(?i)(utf-?(8|16|16be|16le)|(us-)?ascii|iso[-_]?8859[-_]?\d{1,2}|(windows-|cp)125\d|koi8-[ru]|gbk|gb2312|gb18030|big5|euc-kr|iso-2022-jp|shift_jis)"
)
_BREAKS = frozenset(("br", "/p", "/div", "/tr", "/li", "/h1", "/h2", "/h3", "/blockquote", "hr"))
_UNSEEN = frozenset(("style", "script", "head", "title"))


@dataclass(frozen=True, slots=True)
class Part:
    """A message or a part of one. `fields`: (name in small letters, unfolded value) in order; `body`: as it came, still encoded."""

    media_type: str
    parameters: Mapping[str, str]
    fields: tuple[tuple[str, str], ...]
    body: bytes
    parts: tuple[Part, ...] = ()

    def field(self, name: str) -> str:
        """The first field of this name, or an empty string."""
        return next((value for one, value in self.fields if one == name), "")

    def every(self, name: str) -> list[str]:
        """All fields of this name."""
        return [value for one, value in self.fields if one == name]

    def words(self, name: str) -> str:
        """The field with its encoded words (RFC 2047) read."""
        return words(self.field(name))

    @property
    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        return _decoded(self.body, self.field("content-transfer-encoding").strip().lower())

    @property
    def text(self) -> str:
        """The content as text of its charset."""
        return as_text(self.content, self.parameters.get("charset", ""))

    @property
    def filename(self) -> str:
        """What the sender calls the file; empty when it is none."""
        named = _parameters(self.field("content-disposition")).get("filename") or self.parameters.get("name", "")
        return words(named)[:200]

    def walk(self, *, into_messages: bool = False) -> Iterator[Part]:
        """This part and those in it; of an enclosed message only its own part, unless asked for more."""
        yield self
        if into_messages or not is_message(self.media_type):
            for part in self.parts:
                yield from part.walk(into_messages=into_messages)


def is_message(media_type: str) -> bool:
    """Whether a part encloses a whole message (RFC 2046 §5.2.1, RFC 6532 §3.7)."""
    return media_type in ("message/rfc822", "message/global")


def read(content: bytes) -> Part:
    """The message."""
    return _read(content[:LARGEST], 0, _Budget(), "text/plain")


def as_text(content: bytes, charset: str = "") -> str:
    """Bytes as text, whatever they claim to be, without zeros: PostgreSQL takes none."""
    if _CHARSET.fullmatch(charset.strip()):
        try:
            return content.decode(charset.strip()).replace("\0", "")
        except (UnicodeDecodeError, LookupError):
            pass
    try:
        return content.decode("utf-8").replace("\0", "")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace").replace("\0", "")


def plain(markup: str) -> str:
    """What a person would read in HTML, roughly; one pass, whatever it holds."""
    said, unseen = [], ""
    first, *pieces = markup.split("<")
    said.append(first)
    for piece in pieces:
        tag, _, text = piece.partition(">")
        name = tag.strip().split(None, 1)[0].lower().rstrip("/") if tag.strip() else ""
        if unseen:
            unseen = "" if name == f"/{unseen}" else unseen
        elif name in _UNSEEN:
            unseen = name
        else:
            said.append("\n" if name in _BREAKS else "")
            said.append(text)
    return html.unescape("".join(said))


class _Budget:
    """How many parts may still be made."""

    def __init__(self) -> None:
        self.left = _MOST_PARTS

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


def _read(raw: bytes, depth: int, budget: _Budget, otherwise: str) -> Part:
    fields, body = _split(raw)
    told = next((value for name, value in fields if name == "content-type"), "")
    media_type = told.split(";", 1)[0].strip().lower() or otherwise
    found = Part(media_type, _parameters(told), fields, body)
    if depth >= _DEEPEST:
        return found
    if is_message(media_type):
        inner: tuple[Part, ...] = (_read(found.content, depth + 1, budget, "text/plain"),) if budget.take() else ()
    elif media_type.startswith("multipart/") and found.parameters.get("boundary"):
        each = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
        pieces = _pieces(body, found.parameters["boundary"])
        inner = tuple(_read(one, depth + 1, budget, each) for one in pieces if budget.take())
    else:
        return found
    return Part(media_type, found.parameters, fields, body, inner)


def _split(raw: bytes) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """Fields and body. The body begins after the first empty line, or with the first line that can be no field."""
    fields: list[tuple[str, list[bytes]]] = []
    place = 0
    while place < len(raw) and len(fields) < _MOST_FIELDS:
        end = raw.find(b"\n", place) + 1 or len(raw)
        line = raw[place:end]
        if not line.strip():
            return _fields(fields), raw[end:]
        if fields and (folded := _FOLDED.match(raw, place)):
            fields[-1][1].append(folded[0])
            end = folded.end()
        elif field := _FIELD.match(line):
            fields.append((field[1].decode("ascii").lower(), [line[field.end() :]]))
        elif fields or not line.startswith((b"From ", b">From ")):
            break
        place = end
    return _fields(fields), raw[place:]


def _fields(fields: list[tuple[str, list[bytes]]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, " ".join(as_text(b"".join(lines)[:_LONGEST_FIELD]).split())) for name, lines in fields)


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    """What stands between the lines of a boundary; a lost last line loses nothing."""
    line = re.compile(rb"(?:\A|\n)--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]{0,80}\r?(?=\n|\Z)")
    found: list[bytes] = []
    begun = None
    for match in line.finditer(body):
        if begun is not None:
            found.append(body[begun : match.start()].removesuffix(b"\r"))
        if match[1] or len(found) >= _MOST_PARTS:
            return found
        begun = match.end() + 1
    return found if begun is None else [*found, body[begun:]]


def _parameters(field: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(field[:_LONGEST_PARAMETERS]):
        found.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or bare)
    return found


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return from_base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    return body


def from_base64(body: bytes) -> bytes:
    """Base64 with whatever else stands in it left out, and a torn end."""
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    whole = len(digits) - (1 if len(digits) % 4 == 1 else 0)
    return base64.b64decode(digits[:whole] + b"=" * (-whole % 4))


def words(value: str) -> str:
    """A field's value with its encoded words (RFC 2047) read."""
    return _WORD.sub(_word, _BETWEEN_WORDS.sub("?==?", value))


def _word(match: re.Match[str]) -> str:
    content = match[3].encode("utf-8", "replace")
    raw = from_base64(content) if match[2] in "bB" else binascii.a2b_qp(content, header=True)
    return " ".join(as_text(raw, match[1]).split(" ")).replace("\r", " ").replace("\n", " ")
