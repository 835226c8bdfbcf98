"""Bounces told in prose ★, without a report or beside one that gives no reason: older Exim and qmail, gateways, Gmail. The last and least trusted reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.returns.mime import Part
from service.returns.notices import LONGEST, STATUS, Notice

_DAEMON = re.compile(r"(?i)(mailer[-_. ]?daemon|mail delivery (sub)?system|postmaster|mdaemon|mail-?system)")
_FAILED = re.compile(
    r"(?i)could ?n.?t be delivered|could not be delivered|not (be )?delivered|undeliver(ed|able)|delivery (has )?failed|delivery failure|delivery status notification|delivery to the following recipients? (has |have )?failed|error (has )?occurred while (attempting|trying) to deliver|failure notice|returned mail"
    r"|permanent(ly)? (fatal )?error|unable to deliver|wasn.?t able to deliver|mail delivery failed|message (was )?(rejected|blocked)|недоставлен|не удалось доставить|не доставлено"
    r"|nie (mogła|może) zostać dostarczona|niedostarczon|kohaletoimetamine (ebaõnnestus|nurjus)|ei õnnestunud (kohale toimetada|edastada)"
)
_WAITS = re.compile(
    r"(?i)warning: message .{0,80} delayed|delayed \d+ hours|will (keep|continue) (on )?trying|has not (yet )?been delivered|delivery (is )?delayed|you do not need to resend"
)
# With the lines that follow it: indented, or with the same code.
_REPLY = re.compile(
    r"(?i)(?:^|[\s:;(>])((?P<code>[45]\d\d)[ -](?:[245]\.\d{1,3}\.\d{1,3}\b)?[^\r\n]{0,500}(?:\n(?:[ \t]+|(?P=code)[ -])\S[^\r\n]{0,300}){0,6})"
)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}")
_COPY = re.compile(r"(?im)^-{2,40}[^\n]{0,120}?(?:copy|original|header|below this line)|^original message follows")
_READ = 20_000


def read(message: Part, text: str) -> Notice | None:
    """The notice in a daemon's letter; None when it is no bounce."""
    named = message.field("x-failed-recipients")
    if not named and not _DAEMON.search(message.words("from")):
        return None
    told = f"{message.words('subject')}\n{text[:_READ]}"
    waits = bool(_WAITS.search(told))
    if not waits and not _FAILED.search(told):
        return None
    words = _words(text)
    status = STATUS.search(words) or STATUS.search(_before(text))
    found = _ADDRESS.search(named or _before(text))
    return Notice("delayed" if waits else "failed", status[1] if status else "", words, final=found[0] if found else "")


def worded(notices: Sequence[Notice], text: str) -> tuple[Notice, ...]:
    """The notices of a report, with the words of the text before it for those that have none of their own."""
    words = _words(text) if any(not one.words for one in notices) else ""
    inside = STATUS.search(words)
    return tuple(
        one if one.words else replace(one, words=words, status=inside[1] if inside and one.status[1:] in ("", ".0.0") else one.status)
        for one in notices
    )


def _words(text: str) -> str:
    """What the server said, as far as it is told."""
    before = _before(text)
    said = _REPLY.search(before)
    return " ".join((said[1] if said else _sentence(before)).split())[:LONGEST]


def _before(text: str) -> str:
    """Without the returned letter."""
    return _COPY.split(text[:_READ])[0]


def _sentence(text: str) -> str:
    """What stands under the address that failed, or the beginning."""
    found = _ADDRESS.search(text)
    return (text[found.end() :] if found else text).strip(" \t\r\n:>.")[:300]
