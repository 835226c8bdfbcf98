"""Authentication-Results ★ (RFC 8601): whom a message names as its one author, and whether our own mail server says that DMARC passed for them.

Senders write what they like into a message, and some of it comes back in our server's own words: comments and quoted strings say no result, and of
several fields only the topmost with our authserv-id counts, because a server writes its own above everything that came (§5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from service.events import weighing
from service.returns.mime import Part

_NAMED = re.compile(r"[^<>@,:;]*<\s*([^<>@\s,:;]+@[^<>@\s,:;]+)\s*>\s*|\s*([^<>@\s,:;]+@[^<>@\s,:;]+)\s*")
_OUTSIDE = re.compile(r'"((?:[^"\\]|\\.)*)"?|[()]|[^"()]+')
_IN_A_COMMENT = re.compile(r"\\.|[()\\]|[^\\()]+")
_PLAIN = re.compile(r"[\w.-]*")
_PASSED = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*pass\b(.*)", re.IGNORECASE)
_ABOUT_DMARC = re.compile(r"\s*dmarc\b", re.IGNORECASE)
_HEADER_FROM = re.compile(r"\bheader\.from\s*=\s*(\S+)", re.IGNORECASE)


def author(message: Part) -> str:
    """The address in From; empty unless there is exactly one field with exactly one address (RFC 7489 §6.6.1 checks no others)."""
    fields = message.every("from")
    found = _NAMED.fullmatch(_bare(fields[0])) if len(fields) == 1 else None
    return (found[1] or found[2]) if found else ""


def passes(*, results: Sequence[str], authserv_id: str, address: str) -> bool:
    """Whether our server's own field says `dmarc=pass` for the domain of `address`, and nothing else about DMARC. `results`: the fields, topmost first."""
    own = next((said for said in map(_bare, results) if _writer(said) == authserv_id.lower()), "")
    about = [one for one in own.split(";")[1:] if _ABOUT_DMARC.match(one)]
    passed = _PASSED.fullmatch(about[0]) if len(about) == 1 else None
    domains = [one.rpartition("@")[2] for one in _HEADER_FROM.findall(passed[1])] if passed else []
    return len(domains) == 1 and weighing.is_same(f"x@{domains[0]}", f"x@{address.rpartition('@')[2]}")


def _writer(said: str) -> str:
    """The authserv-id; a version may follow it."""
    return next(iter(said.partition(";")[0].lower().split()), "")


def _bare(field: str) -> str:
    """The field without its comments; a quoted string stays only where it could stand unquoted."""
    return "".join(_said(field))


def _said(field: str) -> Iterator[str]:
    depth = place = 0
    while piece := (_IN_A_COMMENT if depth else _OUTSIDE).match(field, place):
        if piece[0] in ("(", ")"):
            depth = max(0, depth + (1 if piece[0] == "(" else -1))
        elif depth == 0 and piece[1] is not None:
            yield piece[1] if _PLAIN.fullmatch(piece[1]) else "_"
        elif depth == 0:
            yield piece[0]
        place = piece.end()
