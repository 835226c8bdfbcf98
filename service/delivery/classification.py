"""What a refusal means ★. Rules are tried in order: phrase, exact code, x.y.x, class; an unlisted 5.x or no code is soft.

Codes lie, therefore phrases come first: `5.1.1` with “mailbox full”, `4.1.1` for an unknown user, and Exchange Online's `5.4.1 Recipient address rejected`,
which is its unknown user. What is about our reputation or about the letter is ours whatever its code, 4.x too: it says nothing about the address.

| class | codes |
|---|---|
| hard: suppress now | 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10 |
| second: suppress after a second one | 5.2.1, 5.7.13 |
| soft: count | 4.x.x, x.2.2, x.2.3, x.3.x, 5.4.7, all else |
| ours: about us, never suppress | 5.1.7, 5.1.8, 5.5.x, 5.6.x, other 5.7.x; a letter that is too large, where the words say so |

A code without its dots (`571 blocked`) is read with them.
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


# In the order in which they are tried. Addresses are left out before: who writes to spam@ is not refused for it.
_PHRASES = (
    # Our reputation, our domain's records, our relay's account.
    _Phrase(
        r"(black|block|deny) ?list|spamhaus|spamcop|barracuda|sorbs|\b(rbl|dnsbl|spam|spf|dkim|dmarc|ptr|rdns|helo|ehlo)\b|reverse dns|reputation|unsolicited|(user|abuse) complaints"
        r"|sender\W+(\w+\W+){0,4}?(verif|rejected|denied|invalid|unknown|not (found|exist|allowed|authenticated)|does ?n.t exist|does not exist)|client host|permanently deferred"
        r"|your (account|domain|ip|server)\b|unauthenticated|authentication required|(is )?not verified|relay(ing)? (access )?(denied|not (permitted|allowed))|a problem occurred"
        r"|(daily|hourly|sending|sender)\W+(\w+\W+){0,2}?(quota|limit|rate)\b|virus|malware|phishing",
        Verdict.OURS,
    ),
    _Phrase(r"gr[ea]y ?-?list|unverified address|verification in progress", Verdict.SOFT),
    _Phrase(
        r"(mailbox|inbox|account|storage|user|recipient|maildir|postkast|ящик|skrzynka)\W+(\w+\W+){0,3}?(full|over ?quota|täis|переполнен|pełna)"
        r"|(mailbox|quota|storage|disk)\W+(\w+\W+){0,3}?exceed|exceed\w* (\w+ )?(storage|quota|mailbox)|over ?quota|(out of|insufficient|not enough) (\w+ )?(storage|space)",
        Verdict.SOFT,
    ),
    # This letter: 552, 5.2.3 and 5.3.4 are soft by their codes, but three large letters must not cost an address.
    _Phrase(
        r"message (is |was )?(too (big|large|long)|larger)|(message|mail) (size|length)|size limit|maximum (message )?size|content (was )?rejected|message content",
        Verdict.OURS,
    ),
    _Phrase(
        r"try (it )?(again )?(later|after|in \d)|not found, try again|come back later|temporar(y|ily)|too (many|quickly)|rate.?limit|at a rate that|throttl|server (is )?busy",
        Verdict.SOFT,
        r"|[45]\.[0-46].*|4\.7.*",
    ),
    _Phrase(
        r"(account|mailbox|user|addressee|recipient)(disabled|\W+(\w+\W+){0,3}?(disabled|inactive|suspended|deactivated|discontinued|frozen|locked|expired))"
        r"|(account|mailbox)\W+(\w+\W+){0,3}?blocked|konto\W+(\w+\W+){0,2}?(zablokowane|nieaktywne)",
        Verdict.SECOND,
        r"|[45]\.[0-24].*|5\.5\.0",
    ),
    _Phrase(
        r"(user|recipient|mailbox|address|account|addressee|пользователь|użytkownik|kasutaja\w?)\W+(\w+\W+){0,4}?(unknown(?! (error|reason))|not (found|exist|known|recognized|listed)"
        r"|couldn.?t be found|doesn.?t exist|does not exist|no longer|invalid|terminated|closed|deleted|removed|не найден|nie istnieje|ei leitud)"
        r"|(no such|unknown|invalid|non-?existent|not a (valid|known)) (or \w+ )?(user|recipient|mailbox|address|account|person|local|alias)|no (mailbox|one|person) (here )?by that name"
        r"|recip(ient)?notfound|(user|recipient) does ?n.?t have a|nie ma takiego|tundmatu (kasutaja|aadress)|нет такого|unrouteable address|not our customer",
        Verdict.HARD,
        r"|[45]\.[01]\.(?![78]$).*|5\.2\.[01]|[45]\.4.*|5\.[35]\.0|5\.7\.1",
    ),
    _Phrase(r"address rejected", Verdict.HARD, r"5\.4\.1|5\.1\.0"),  # Exchange Online, Cisco
    _Phrase(r"mailbox unavailable", Verdict.HARD, r"5\.5\.0"),  # Outlook.com
    _Phrase(
        r"host or domain name not found|(domain|host)\W+(\S+ ){0,3}?(unknown|not found|doesn.?t exist|does not exist)|nxdomain|(no such|unknown) (domain|host)|null ?mx|no mx record"
        r"|(not|n.t) (accept|receive) (e-?)?mail|no smtp service|could ?n.t find (any host|a mail exchanger)|non-?existent (hosts?|domain)|name or service not known",
        Verdict.HARD,
        r"|[45]\.[014]\.(?![78]$).*",
    ),
    _Phrase(r"polic(y|ies)|prohibit|\b(access|service) denied|not (allowed|permitted)|\bblocked\b", Verdict.OURS, r"|[45]\.[023]\.0"),
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
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_REPEATED = re.compile(r"(?<!\S)[45]\d\d(-|[- ](?=#?[45]\.\d)|$)|#?\b[45]\.\d{1,3}\.\d{1,3}\b")
_DOTLESS = re.compile(r"5([17])(\d)(?!\S)")


def classify(*, status: str, words: str) -> Verdict:
    """`status`: an enhanced code (RFC 3463) or empty; `words`: what the server said, with its three digits if there were any."""
    said = _plain(words[:_READ])
    if (not status or status.endswith(".0.0")) and (found := _DOTLESS.match(words)):
        status = f"5.{found[1]}.{found[2]}"
    for phrase, code, verdict in _COMPILED:
        if code.fullmatch(status) and phrase.search(said):
            return verdict
    if status in _EXACT:
        return _EXACT[status]
    return _GROUPS.get(status) or _GROUPS.get(status.rpartition(".")[0]) or Verdict.SOFT


def _plain(words: str) -> str:
    """Without addresses, which may contain any word, and without the codes that each line of a reply begins with."""
    return " ".join(_REPEATED.sub(" ", _ADDRESS.sub("@", words)).split())


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
