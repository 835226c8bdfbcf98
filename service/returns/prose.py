"""Bounces told in prose ★, without a report: older Exim and qmail, gateways, small systems. The last and least trusted reading."""

from __future__ import annotations

import re

from service.returns.mime import Part
from service.returns.notices import LONGEST, STATUS, Notice

_DAEMON = re.compile(r"(?i)(mailer[-_. ]?daemon|mail delivery (sub)?system|postmaster|mdaemon|mail-?system)")
_FAILED = re.compile(
    r"(?i)could ?n.?t be delivered|could not be delivered|not (be )?delivered|undeliver(ed|able)|delivery (has )?failed|delivery failure|failure notice|returned mail"
    r"|permanent(ly)? (fatal )?error|unable to deliver|wasn.?t able to deliver|mail delivery failed|message (was )?(rejected|blocked)|недоставлен|не удалось доставить|не доставлено"
    r"|nie (mogła|może) zostać dostarczona|niedostarczon|kohaletoimetamine (ebaõnnestus|nurjus)|ei õnnestunud (kohale toimetada|edastada)"
)
_WAITS = re.compile(
    r"(?i)warning: message .{0,80} delayed|delayed \d+ hours|will (keep|continue) (on )?trying|has not (yet )?been delivered|delivery (is )?delayed|you do not need to resend"
)
_REPLY = re.compile(r"(?i)(?:^|[\s:;(>])([45]\d\d[ -](?:[245]\.\d{1,3}\.\d{1,3}\b)?[^\r\n]{0,500})")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}")
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
    before = re.split(r"(?im)^-{2,40}[^\n]{0,120}?(copy|original|header|below this line)", text[:_READ])[0]
    said = _REPLY.search(before)
    words = " ".join((said[1] if said else _sentence(before)).split())
    status = STATUS.search(words) or STATUS.search(before)
    found = _ADDRESS.search(named or before)
    return Notice("delayed" if waits else "failed", status[1] if status else "", words[:LONGEST], final=found[0] if found else "")


def _sentence(text: str) -> str:
    """What stands under the address that failed, or the beginning."""
    found = _ADDRESS.search(text)
    return (text[found.end() :] if found else text).strip(" \t\r\n:>.")[:300]
