"""The caught messages: one file each, newest first.

A file is the message as it came, after one line `X-Kutse-Envelope: {json}` that a mail program takes for a header. Names are the
nanosecond of arrival, so that they sort by time; a file appears whole or not at all.
"""

from __future__ import annotations

import bisect
import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import MIMEPart
from email.parser import BytesHeaderParser
from pathlib import Path

from service.errors import NotFound

KEPT = 10_000
"""Messages; the oldest go when there are more."""

_ENVELOPE = b"X-Kutse-Envelope: "
_ID = re.compile(r"\d{19}")
_HEAD = 65_536


@dataclass(frozen=True, slots=True)
class Envelope:
    """What SMTP said around the message: MAIL FROM, every RCPT TO, and MAIL's parameters (`SMTPUTF8`, `BODY=8BITMIME`)."""

    sender: str
    recipients: tuple[str, ...]
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in the list. `id` is also its place in time; `to` and `sender` are the headers as a reader sees them."""

    id: str
    envelope: Envelope
    caught_at: datetime
    size: int
    subject: str
    sender: str
    to: str


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list, newest first. `older`: ask for what comes `before` this id; None at the end."""

    entries: tuple[Entry, ...]
    older: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment, or a part beside text and HTML: its file name (or ""), media type and content."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A message taken apart. `calendar_method`: the Content-Type's `method` of the calendar part, such as REQUEST."""

    entry: Entry
    headers: tuple[tuple[str, str], ...]
    text: str | None
    html: str | None
    calendar: str | None
    calendar_method: str | None
    parts: tuple[Part, ...]
    raw: bytes


def page(folder: Path, *, before: str | None = None, limit: int = 50, recipient: str = "") -> Page:
    """The newest messages older than `before`, only those with `recipient` in an envelope address (any case)."""
    ids = _ids(folder)
    wanted = recipient.strip().lower()
    entries: list[Entry] = []
    end = len(ids) if before is None else bisect.bisect_left(ids, before)
    for position in range(end - 1, -1, -1):
        entry = _entry(folder, ids[position])
        if entry is None or not any(wanted in one.lower() for one in entry.envelope.recipients):
            continue
        if len(entries) == limit:
            return Page(tuple(entries), entries[-1].id, len(ids))
        entries.append(entry)
    return Page(tuple(entries), None, len(ids))


def read(folder: Path, *, id: str) -> Message:
    """One message; raises NotFound."""
    entry = _entry(folder, id) if _ID.fullmatch(id) else None
    if entry is None:
        raise NotFound("This message is not in the mailbox any more.")
    raw = _content(_path(folder, id).read_bytes())
    message = message_from_bytes(raw, policy=policy.default)
    calendar = next((part for part in message.walk() if part.get_content_type() == "text/calendar"), None)
    return Message(
        entry=entry,
        headers=tuple((name, str(value)) for name, value in message.items()),
        text=_text(message.get_body(("plain",))),
        html=_text(message.get_body(("html",))),
        calendar=_text(calendar),
        calendar_method=str(calendar.get_param("method", "")) or None if calendar else None,
        parts=tuple(_part(one) for one in message.walk() if _stands_beside(one)),
        raw=raw,
    )


def clear(folder: Path) -> int:
    """Throw all messages away; returns how many."""
    ids = _ids(folder)
    for id in ids:
        _path(folder, id).unlink(missing_ok=True)
    return len(ids)


class Writer:
    """The one process that adds messages. The folder is made when it is new."""

    def __init__(self, folder: Path, *, kept: int = KEPT) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for remains in folder.glob(".*.part"):
            remains.unlink()
        self._folder = folder
        self._ids = _ids(folder)
        self._kept = kept

    def add(self, envelope: Envelope, content: bytes, *, now: datetime) -> str:
        """Keep one message; returns its id. Raises OSError when the disk does not take it."""
        newest = int(self._ids[-1]) if self._ids else 0
        id = f"{max(newest + 1, int(now.timestamp() * 1_000_000) * 1000):019d}"
        unfinished = self._folder / f".{id}.part"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_line(envelope) + content)
        unfinished.rename(_path(self._folder, id))
        self._ids.append(id)
        self._drop_oldest()
        return id

    def _drop_oldest(self) -> None:
        surplus = self._ids[: -self._kept]
        for id in surplus:
            _path(self._folder, id).unlink(missing_ok=True)
        del self._ids[: len(surplus)]


def _ids(folder: Path) -> list[str]:
    """Oldest first."""
    try:
        return sorted(path.stem for path in folder.iterdir() if path.suffix == ".eml" and _ID.fullmatch(path.stem))
    except FileNotFoundError:
        return []


def _path(folder: Path, id: str) -> Path:
    return folder / f"{id}.eml"


def _line(envelope: Envelope) -> bytes:
    told = {"from": envelope.sender, "to": envelope.recipients, "options": envelope.options}
    return _ENVELOPE + json.dumps(told).encode("ascii") + b"\r\n"


def _content(file: bytes) -> bytes:
    return file.partition(b"\n")[2]


def _entry(folder: Path, id: str) -> Entry | None:
    path = _path(folder, id)
    try:
        with path.open("rb") as file:
            first = file.readline()
            head = file.read(_HEAD)
        size = path.stat().st_size - len(first)
    except FileNotFoundError:
        return None
    told = json.loads(first.removeprefix(_ENVELOPE))
    headers = BytesHeaderParser(policy=policy.default).parsebytes(head)
    return Entry(
        id=id,
        envelope=Envelope(told["from"], tuple(told["to"]), tuple(told["options"])),
        caught_at=datetime.fromtimestamp(int(id) / 1e9, UTC),
        size=size,
        subject=str(headers.get("Subject", "")),
        sender=str(headers.get("From", "")),
        to=str(headers.get("To", "")),
    )


def _text(part: MIMEPart | None) -> str | None:
    """Decoded leniently: the mailbox shows broken letters too."""
    if part is None:
        return None
    content = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    if not isinstance(content, bytes):
        return None
    try:
        return content.decode(charset, errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


def _stands_beside(part: MIMEPart) -> bool:
    """Whatever is neither a container nor an inline text body: attachments, pictures, the invitation as a file."""
    return not part.is_multipart() and (part.is_attachment() or part.get_content_maintype() != "text")


def _part(part: MIMEPart) -> Part:
    content = part.get_payload(decode=True)
    return Part(name=part.get_filename() or "", media_type=part.get_content_type(), content=content if isinstance(content, bytes) else b"")
