"""What a server's reply means for a copy ★.

| where | 2xx | 4xx | 5xx | lost, time-out |
|---|---|---|---|---|
| connect, greeting, tls, auth, mail | go on | ours | ours | ours |
| rcpt | go on | retry | failed | retry |
| data | retry; 354: go on | retry | failed | retry |
| dot | sent | retry | failed | retry |

*Ours* is about us and not about the copy: it stays queued and no attempt is counted; the relay is held. Two exceptions fail this copy only: a MAIL
refused for the size of this message (552, 5.3.4), and one with SMTPUTF8 refused for that (5.6.7, or 501, 504, 553 and 555, which speak of parameters).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple


class Stage(StrEnum):
    """Where in the conversation a reply came, in the order in which they come."""

    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


class Verdict(StrEnum):
    """What becomes of the copy."""

    GO_ON = "go on"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    OURS = "ours"


class Reply(NamedTuple):
    """A server's reply, its lines joined by spaces. Code 0: there was none, and `text` says why, in our words."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}" if self.code else self.text

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 3463), or an empty string."""
        found = _STATUS.match(self.text)
        return found[0] if found else ""


CLOSING = 421
"""The code with which a server ends a connection (RFC 5321 §3.8)."""

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PARAMETERS = {501, 504, 553, 555}
_BEFORE_RCPT = {Stage.CONNECT, Stage.GREETING, Stage.TLS, Stage.AUTH, Stage.MAIL}


def of(stage: Stage, reply: Reply, *, utf8: bool = False) -> Verdict:
    """The verdict on the copy that this reply is about. `utf8`: its MAIL asked for SMTPUTF8."""
    if reply.code == 354 if stage is Stage.DATA else 200 <= reply.code < 300:
        return Verdict.SENT if stage is Stage.DOT else Verdict.GO_ON
    if stage is Stage.MAIL and (reply.code == 552 or reply.status == "5.3.4"):
        return Verdict.FAILED
    if utf8 and stage is Stage.MAIL and (reply.status == "5.6.7" or reply.code in _PARAMETERS):
        return Verdict.FAILED
    if stage in _BEFORE_RCPT:
        return Verdict.OURS
    return Verdict.FAILED if 500 <= reply.code < 600 else Verdict.RETRY


def heard(words: str) -> str:
    """A server's words as they can be stored and shown: no lone surrogates of octets that are no UTF-8, no NUL and no other controls."""
    return " ".join(_CONTROLS.sub(" ", words.encode("utf-8", "replace").decode()).split())


def reason(stage: Stage, reply: Reply) -> str:
    """A few words that group failures for the console, e.g. `refused 5.1.1 at rcpt`."""
    if not reply.code:
        return f"no answer at {stage}"
    return f"refused {reply.status or reply.code} at {stage}"
