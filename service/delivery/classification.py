"""What a refusal means ★. Rules are tried in order: phrase, exact code, x.y.x, class; an unlisted 5.x or no code is soft.

Codes lie, therefore phrases come first: `5.1.1` with “mailbox full”, `4.1.1` for an unknown user, and Exchange Online's `5.4.1 Recipient address rejected`,
which is its unknown user.

| class | codes |
|---|---|
| hard: suppress now | 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10 |
| second: suppress after a second one | 5.2.1, 5.7.13 |
| soft: count | 4.x.x, x.2.2, x.2.3, x.3.x, 5.4.7, all else |
| ours: about us, never suppress | 5.1.7, 5.1.8, 5.5.x, 5.6.x, other 5.7.x |
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """What kind of bounce it is."""

    HARD = "hard"
    SECOND = "second"
    SOFT = "soft"
    OURS = "ours"


class _Phrase(NamedTuple):
    """`code`: the codes that this correction is for; others are left as they are."""

    words: str
    verdict: Verdict
    code: str = r".*"


_PHRASES = (
    _Phrase(
        r"(mailbox|quota|inbox|account|storage|user)\W+(\w+\W+){0,3}?(full|exceeded|over ?quota)|over ?quota|quota exceeded|insufficient (system )?storage|out of storage",
        Verdict.SOFT,
    ),
    _Phrase(
        r"grey ?list|unverified address|try (again|later)|temporar(y|ily)|too many (messages|connections|recipients)|rate limit",
        Verdict.SOFT,
        r"|[45]\.[0-46].*|4\.7.*",
    ),
    _Phrase(
        r"block ?list|black ?list|spamhaus|spamcop|barracuda|sorbs|\brbl\b|\bdnsbl\b|reputation|unsolicited|\bspam\b|\bspf\b|\bdkim\b|\bdmarc\b|sender (address )?(verif|rejected|denied)|user complaints",
        Verdict.OURS,
    ),
    _Phrase(
        r"(user|recipient|mailbox|address|account|addressee)\W+(\w+\W+){0,4}?(unknown|not found|not exist|doesn.?t exist|does not exist|no longer (exists|valid|available)|invalid)"
        r"|(no such|unknown|invalid|non-?existent) (user|recipient|mailbox|address|account|person|local)|no mailbox (here )?by that name|RecipientNotFound|recipNotFound|user doesn.?t have a|nie ma takiego|unrouteable address",
        Verdict.HARD,
        r"|[45]\.[01].*|5\.2\.1|[45]\.4.*|5\.[35]\.0|5\.7\.1|5\.2\.0",
    ),
    _Phrase(r"recipient address rejected", Verdict.HARD, r"5\.4\.1"),
    _Phrase(
        r"host or domain name not found|domain (name )?(not found|does ?n.t exist|does not exist)|nxdomain|no such (domain|host)|null ?mx|does not accept mail",
        Verdict.HARD,
        r"|5\.[014].*",
    ),
    _Phrase(
        r"(account|mailbox|user|address)\W+(\w+\W+){0,3}?(disabled|inactive|suspended|deactivated|blocked for inactivity)",
        Verdict.SECOND,
        r"|[45]\.[0-24].*",
    ),
)
_EXACT = {
    **dict.fromkeys(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"), Verdict.HARD),
    **dict.fromkeys(("5.2.1", "5.7.13"), Verdict.SECOND),
    **dict.fromkeys(("5.1.7", "5.1.8"), Verdict.OURS),
    "5.4.7": Verdict.SOFT,
}
_GROUPS = {"5.2.2": Verdict.SOFT, "5.2.3": Verdict.SOFT, "5.3": Verdict.SOFT, "5.5": Verdict.OURS, "5.6": Verdict.OURS, "5.7": Verdict.OURS}
_COMPILED = tuple((re.compile(one.words, re.IGNORECASE), re.compile(one.code), one.verdict) for one in _PHRASES)
_READ = 600


def classify(*, status: str, words: str) -> Verdict:
    """`status`: an enhanced code (RFC 3463) or empty; `words`: what the server said."""
    for phrase, code, verdict in _COMPILED:
        if code.fullmatch(status) and phrase.search(words[:_READ]):
            return verdict
    if status in _EXACT:
        return _EXACT[status]
    return _GROUPS.get(status) or _GROUPS.get(status.rpartition(".")[0]) or Verdict.SOFT


def softened(verdict: Verdict, *, address: str, final: str) -> Verdict:
    """A hard verdict about a recipient of another domain (an alias, a forward) counts as soft: the address itself may live."""
    if verdict in (Verdict.HARD, Verdict.SECOND) and final and _domain(final) != _domain(address):
        return Verdict.SOFT
    return verdict


def _domain(address: str) -> str:
    domain = address.rpartition("@")[2].lower().rstrip(".")
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
