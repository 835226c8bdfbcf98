"""What letters tell of an event, and what a newsletter is put together from ★: values that the templates lean on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An event in the letter's language. `spans`: start and end of each day, aware; the letter's zone says how they are told.

    `beside`: what is said beside each span, such as its own title. `is_at_several`: not all are at one place; each is named there, `place` has all.
    """

    title: str
    spans: tuple[tuple[datetime, datetime], ...]
    url: str
    place: str = ""
    online_url: str = ""
    beside: tuple[str, ...] = ()
    is_at_several: bool = False

    @property
    def lines(self) -> list[tuple[datetime, datetime, str]]:
        """Each span with what is said beside it."""
        beside = self.beside or ("",) * len(self.spans)
        return [(start, end, words) for (start, end), words in zip(self.spans, beside, strict=True)]

    @property
    def starts_at(self) -> datetime:
        """When the first day begins."""
        return self.spans[0][0]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a newsletter, rendered already: safe HTML (inlined with the letter) and its plain twin."""

    html: str
    text: str
