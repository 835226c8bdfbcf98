"""Compile once, splice many ★: a letter becomes encoded segments with holes; a copy is their join with the encoded values.

The structure is fixed by `mail-and-calendar`: multipart/alternative (plain, HTML, and the calendar object last); round it multipart/mixed with the
identical object as `invite.ics` and the attachments. All of it is 7 bit, so that no relay converts a byte that was signed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.delivery import encoding, folding, headers
from service.delivery.headers import UnableToSend
from service.letters import slots
from service.letters.letter import Attachment, Letter


@dataclass(frozen=True, slots=True)
class Frame:
    """What all copies of a dispatch share besides the letter. `feedback_id`: news only."""

    kind: str
    sender_name: str
    sender_address: str
    reply_to: str | None
    list_id: str | None
    feedback_id: str | None


class To(NamedTuple):
    """What differs from copy to copy. `one_click`: the https address of the unsubscribe POST; `leave`: the mailto twin."""

    address: str
    name: str
    message_id: str
    date: str
    values: Mapping[str, str]
    one_click: str | None = None
    leave: str | None = None


class Hole(NamedTuple):
    """A slot and what its value must be escaped for."""

    name: str
    context: slots.Context


class Skeleton:
    """A compiled letter. `names`: the values a copy must bring; `head`: what the header section of each copy ends with."""

    __slots__ = ("_body", "_calendar", "_holes", "_others", "_subject", "head", "names")

    def __init__(self, letter: Letter, frame: Frame) -> None:
        self._subject = headers.text("Subject", letter.subject) if not slots.names_in(letter.subject) else letter.subject
        self._calendar = folding.unfolded(letter.calendar) if letter.calendar is not None else ""
        self._body, holes = _join(_structure(letter, frame))
        self._others = [(place, hole) for place, hole in holes if hole.context in ("url", "calendar")]
        self._holes: dict[str, list[tuple[int, Hole]]] = {}
        for place, hole in holes:
            if hole.context not in ("url", "calendar"):
                self._holes.setdefault(hole.name, []).append((place, hole))
        opening, _, self._body[0] = self._body[0].partition(b"\r\n\r\n")
        self.head = _head(frame) + opening + b"\r\n\r\n"
        self.names = letter.slots

    def splice(self, to: To, *, utf8: bool = False) -> tuple[bytes, list[bytes]]:
        """Header section (with its empty line) of one copy, and its body in pieces of whole lines, those at even places the same in every copy.

        Raises UnableToSend with a reason in words."""
        try:
            return self._headers(to, utf8), self._filled(to.values)
        except KeyError as missing:
            raise UnableToSend("5.6.0", f"A value is missing: {missing.args[0]}.") from missing
        except ValueError as error:
            raise UnableToSend("5.6.0", f"A value cannot stand where it should: {error}.") from error

    def _headers(self, to: To, utf8: bool) -> bytes:
        subject = self._subject
        if isinstance(subject, str):
            subject = headers.text("Subject", slots.fill(subject, to.values, "header"))
        name = slots.escape(to.name, "header") if to.name else ""
        recipient = headers.mailbox(name, headers.wire_address(to.address, utf8=utf8))
        return b"".join(
            (
                b"Date: %b\r\nMessage-ID: <%b>\r\nTo: %b\r\n" % (to.date.encode(), to.message_id.encode(), recipient),
                subject,
                _leaving(to),
                self.head,
            )
        )

    def _filled(self, values: Mapping[str, str]) -> list[bytes]:
        parts = self._body.copy()
        for name, holes in self._holes.items():
            if _PLAIN.fullmatch(value := values[name]):
                same = encoding.easy(value)
                for place, _ in holes:
                    parts[place] = same
            else:
                for place, hole in holes:
                    parts[place] = self._encoded(hole, values)
        for place, hole in self._others:
            parts[place] = self._encoded(hole, values)
        return parts

    def _encoded(self, hole: Hole, values: Mapping[str, str]) -> bytes:
        if hole is _THE_CALENDAR:
            return encoding.lines_of_base64(folding.filled(self._calendar, values))
        return encoding.value(slots.escape(values[hole.name], hole.context))


# No context but a URL's changes these: most names and all links are encoded once, however often they stand in a letter.
_PLAIN = re.compile(r"(?:https?://[A-Za-z0-9.,/_?:-]+|[A-Za-z0-9 .,/_?-]+)")
_THE_CALENDAR = Hole("the whole calendar object", "calendar")
_Part = bytes | Hole
_Context = Callable[[str], slots.Context]
_TEXT = b"Content-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
_BASE64 = b"Content-Transfer-Encoding: base64\r\n\r\n"


def _head(frame: Frame) -> bytes:
    """The fields that are the same in each copy."""
    sender = headers.mailbox(slots.escape(frame.sender_name, "header"), headers.wire_address(frame.sender_address, utf8=False))
    fields = [b"From: " + sender + b"\r\n"]
    if frame.reply_to:
        fields.append(b"Reply-To: " + headers.wire_address(frame.reply_to, utf8=False).encode() + b"\r\n")
    if frame.list_id:
        fields.append(headers.text("List-Id", f"<{frame.list_id}>"))
    if frame.kind == "news":
        fields.append(b"Precedence: bulk\r\nAuto-Submitted: auto-generated\r\n")
    if frame.feedback_id:
        fields.append(b"Feedback-ID: " + frame.feedback_id.encode("ascii") + b"\r\n")
    return b"".join(fields) + b"MIME-Version: 1.0\r\n"


def _leaving(to: To) -> bytes:
    """RFC 2369 and RFC 8058: the address unfolded and unencoded, whatever its length, or one-click breaks."""
    if to.one_click is None:
        return b""
    mailto = f",\r\n <mailto:{to.leave}>" if to.leave else ""
    return f"List-Unsubscribe: <{to.one_click}>{mailto}\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode("ascii")


def _structure(letter: Letter, frame: Frame) -> list[_Part]:
    """Content-Type of the whole, then its parts. A boundary holds `=_`, which no encoded line can (RFC 2045 §6.7)."""
    seed = hashlib.sha256(
        "\0".join((letter.subject, letter.text, letter.html, frame.sender_address)).encode("utf-8", "replace")
    ).hexdigest()
    inner, outer = b"=_a" + seed[:24].encode(), b"=_m" + seed[24:48].encode()
    alternative = _alternative(letter, inner)
    if letter.calendar is None and not letter.attachments:
        return alternative
    files = [_file(one, outer) for one in letter.attachments]
    invite = _invite(letter, outer) if letter.calendar is not None else []
    opening = b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n--%b\r\n' % (outer, outer)
    return [opening, *alternative, *invite, *files, b"\r\n--%b--\r\n" % outer]


def _alternative(letter: Letter, boundary: bytes) -> list[_Part]:
    parts: list[_Part] = [b'Content-Type: multipart/alternative; boundary="%b"\r\n' % boundary]
    parts += [b"\r\n--%b\r\n" % boundary, _TEXT % b"plain", *_quoted(letter.text, lambda _before: "text")]
    parts += [b"\r\n--%b\r\n" % boundary, _TEXT % b"html", *_quoted(letter.html, _context_in_html)]
    if letter.calendar is not None:
        method = (letter.method or "").encode("ascii")
        parts += [b"\r\n--%b\r\n" % boundary, b"Content-Type: text/calendar; charset=UTF-8; method=%b\r\n" % method, _BASE64]
        parts.append(_object(letter))
    return [*parts, b"\r\n--%b--\r\n" % boundary]


def _invite(letter: Letter, boundary: bytes) -> list[_Part]:
    opening = b'\r\n--%b\r\nContent-Type: application/ics; name="invite.ics"\r\nContent-Disposition: attachment; filename="invite.ics"\r\n'
    return [opening % boundary, _BASE64, _object(letter)]


def _object(letter: Letter) -> _Part:
    assert letter.calendar is not None
    if slots.names_in(folding.unfolded(letter.calendar)):
        return _THE_CALENDAR
    return encoding.lines_of_base64(letter.calendar)


def _file(file: Attachment, boundary: bytes) -> bytes:
    if not re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", file.media_type):
        raise UnableToSend("5.6.0", "An attachment's media type is not one.")
    opening = b"\r\n--%b\r\nContent-Type: %b\r\nContent-Disposition: attachment; %b\r\n"
    head = opening % (boundary, file.media_type.encode(), _filename(file.filename))
    return head + _BASE64 + encoding.lines_of_base64(file.content)


def _filename(name: str) -> bytes:
    """As RFC 2231 has it: quoted while it is plain ASCII, percent-encoded otherwise."""
    if re.fullmatch(r"[ -~]*", name) and not set(name) & set('"\\'):
        return f'filename="{name}"'.encode("ascii")
    return b"filename*=utf-8''" + slots.escape(name, "url").encode("ascii")


def _quoted(text: str, context: _Context) -> list[_Part]:
    """Encoded segments with holes between; what stands before a hole decides how its value is escaped."""
    pieces = slots.split(text)
    parts: list[_Part] = []
    for place in range(0, len(pieces), 2):
        encoded = encoding.segment(pieces[place])
        last = place == len(pieces) - 1
        parts.append(encoded if last or not encoded or encoded.endswith(b"\r\n") else encoding.softly_ended(encoded))
        if not last:
            parts.append(Hole(pieces[place + 1], context("".join(pieces[: place + 1]))))
    return parts


def _context_in_html(before: str) -> slots.Context:
    """A whole `href` or `src` is an address, a piece of one is percent-encoded, all else is HTML text or a quoted attribute."""
    tag = before[before.rfind("<") :] if before.rfind("<") > before.rfind(">") else ""
    address = re.search(r"""(?:href|src)\s*=\s*["']([^"']*)$""", tag, re.IGNORECASE)
    if address is None:
        return "html"
    return "url" if address[1] else "attribute"


def _join(parts: Sequence[_Part]) -> tuple[list[bytes], list[tuple[int, Hole]]]:
    """Neighbouring segments joined, and the places of the holes between them."""
    body: list[bytes] = [b""]
    holes: list[tuple[int, Hole]] = []
    for part in parts:
        if isinstance(part, Hole):
            holes.append((len(body), part))
            body += [b"", b""]
        else:
            body[-1] += part
    return body, holes
