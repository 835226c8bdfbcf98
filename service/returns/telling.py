"""Tell apart what came back ★: bounce, complaint, calendar answer, a wish to leave, an automatic reply, or a person. Never raises.

Order of trust: the signed name in the address (VERP) says *who*; then the fields of a report (DSN, ARF) say *why*; prose is read last. Signed names are also looked
for in the returned letter and in what an answer refers to: they are the beginning of our Message-IDs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum

from service.returns import authenticated, automatic, complaints, mime, notices, prose
from service.returns.complaints import Complaint
from service.returns.doors import Door, Entrance
from service.returns.mime import Part
from service.returns.notices import Notice


class Kind(StrEnum):
    """What it is."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    CALENDAR = "calendar"
    LEAVE = "leave"
    AUTOMATIC = "automatic"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message, told apart. `names`: signed names of deliveries to be verified, the most trusted first; `calendars`: each different object once.

    `text` is what a person reads, `files` the names of what is enclosed. `hops`: how many servers it passed. `author`: the one address in From, empty
    when there are several or none; `results`: the Authentication-Results fields, topmost first.
    """

    kind: Kind
    names: tuple[str, ...]
    sender: str
    sender_name: str
    subject: str
    text: str
    message_id: str
    hops: int
    loop: str
    author: str
    results: tuple[str, ...]
    files: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    complaint: Complaint | None = None
    calendars: tuple[bytes, ...] = ()


_NAME = re.compile(r"(?i)(?:bounce\+|leave\+|<)([a-z2-7]{32})(?=[.@])")
_REFERRING = ("in-reply-to", "references", "message-id")
_RETURNED = ("message-id", "list-unsubscribe", "return-path", "x-original-to")
_LONGEST_TEXT = 20_000
_MOST_NAMES = 20


def tell(content: bytes, *, entrance: Entrance, envelope_sender: str) -> Told:
    """Read a message that came in by `entrance`; `envelope_sender` is empty for a bounce (RFC 5321 §4.5.5)."""
    message = mime.read(content)
    text = _text(message)
    found = tuple(notice for part in notices.parts(message) for notice in notices.read(part))
    complaint = complaints.read(message)
    calendars = _calendars(message)
    if complaint is not None:
        kind = Kind.COMPLAINT
    elif found and _is_report(message, entrance):
        kind, found = Kind.BOUNCE, prose.worded(found, text)
    elif calendars:
        kind = Kind.CALENDAR
    elif (prosaic := prose.read(message, text)) is not None:
        kind, found = Kind.BOUNCE, (prosaic,)
    elif entrance.door is Door.LEAVE:
        kind = Kind.LEAVE
    else:
        kind = Kind.AUTOMATIC if automatic.is_automatic(message, envelope_sender=envelope_sender) else Kind.ANSWER
    name, sender = _author(message.field("from"))
    return Told(
        kind=kind,
        names=_names(message, entrance, text, kind),
        sender=_line(sender or envelope_sender, 254),
        sender_name=_line(mime.words(name), 120),
        subject=_line(message.words("subject"), 300),
        text=text,
        message_id=_line(message.field("message-id"), 998),
        hops=len(message.every("received")),
        loop=_line(message.field("x-loop"), 254),
        author=authenticated.author(message),
        results=tuple(message.every("authentication-results")[:10]),
        files=tuple(_line(part.filename, 200) for part in message.walk() if part.filename)[:30],
        notices=found if kind is Kind.BOUNCE else (),
        complaint=complaint,
        calendars=calendars if kind is Kind.CALENDAR else (),
    )


def _author(field: str) -> tuple[str, str]:
    """Name and address."""
    try:
        return parseaddr(field)
    except RecursionError:  # brackets in brackets without end
        return "", ""


def _is_report(message: Part, entrance: Entrance) -> bool:
    """A person who forwards a bounce to us is no bounce, except at the door where nobody writes."""
    return (
        message.media_type == "multipart/report"
        or entrance.door is Door.BOUNCE
        or any(part.media_type.endswith("delivery-status") for part in message.parts)
    )


def _names(message: Part, entrance: Entrance, text: str, kind: Kind) -> tuple[str, ...]:
    found = [entrance.token] if entrance.door in (Door.BOUNCE, Door.LEAVE) else []
    if kind in (Kind.BOUNCE, Kind.COMPLAINT):
        for part in message.walk(into_messages=True):
            if part.media_type == "text/rfc822-headers" or part.media_type.endswith("global-headers"):
                found += _NAME.findall(part.text[:50_000])
            found += _NAME.findall(" ".join(value for name, value in part.fields if name in _RETURNED))
        found += _NAME.findall(text)
    found += _NAME.findall(" ".join(value for name in _REFERRING for value in message.every(name)))
    return tuple(dict.fromkeys(one.lower() for one in found))[:_MOST_NAMES]


def _text(message: Part) -> str:
    """The first plain text, else the first HTML read as text."""
    shown = [part for part in message.walk() if part.media_type in ("text/plain", "text/html") and not _is_file(part)]
    best = next((part for part in shown if part.media_type == "text/plain" and part.body.strip()), shown[0] if shown else None)
    if best is None:
        return ""
    text = best.text[: _LONGEST_TEXT * 10]
    said = mime.plain(text) if best.media_type == "text/html" else text
    return _clean(re.sub(r"\n{3,}", "\n\n", said.replace("\r\n", "\n").replace("\r", "\n")).strip())[:_LONGEST_TEXT]


def _is_file(part: Part) -> bool:
    return part.field("content-disposition").lower().startswith("attachment")


def _calendars(message: Part) -> tuple[bytes, ...]:
    """Answers of calendars; clients enclose the same one twice."""
    found = [part.content for part in message.walk() if part.media_type in ("text/calendar", "application/ics")]
    answers = [one for one in found if re.search(rb"(?im)^METHOD\s*:\s*(REPLY|COUNTER)\s*$", one[:4000])]
    return tuple(dict.fromkeys(answers))[:5]


def _clean(text: str) -> str:
    """Without what neither PostgreSQL nor a page takes."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", "", text)


def _line(text: str, longest: int) -> str:
    return _clean(" ".join(text.split()))[:longest]
