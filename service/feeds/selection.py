"""Selection ★: what a feed holds, as its address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.events.occasion import Kind


class What(StrEnum):
    """Events, cut-offs of funding calls, or both."""

    EVENTS = "events"
    CALLS = "calls"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Selection:
    """`kind`, `topic` (a slug), `language` (one they are held in) and `town` narrow the events down; cut-offs have none of these.

    `with_own`: also what was sent as an invitation.
    """

    what: What = What.ALL
    kind: Kind | None = None
    topic: str = ""
    language: str = ""
    town: str = ""
    with_own: bool = False

    @property
    def has_events(self) -> bool:
        """Whether events are in it."""
        return self.what is not What.CALLS

    @property
    def has_calls(self) -> bool:
        """Whether cut-offs are in it."""
        return self.what is not What.EVENTS


def of(query: Mapping[str, str], *, what: What) -> Selection:
    """What the query of a feed's address asks for; what it does not know is left out, so that an old address goes on working."""
    kind = query.get("kind", "")
    narrowed = {name: query.get(name, "")[:120] for name in ("topic", "language", "town")}
    return Selection(what, Kind(kind) if kind in set(Kind) else None, **narrowed, with_own="own" in query)


def month(now: datetime) -> datetime:
    """The beginning of the month: what is in a feed changes by the clock only then."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def since(now: datetime) -> datetime:
    """From when on what is over stays in: three months before this one began."""
    this = month(now)
    return this.replace(year=this.year - (this.month < 4), month=(this.month - 4) % 12 + 1)
