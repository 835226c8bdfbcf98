"""What letters tell of an event, and what a newsletter is put together from ★: values that the templates lean on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An event in the letter's language. `spans`: start and end of each day, aware; the letter's zone says how they are told."""

    title: str
    spans: tuple[tuple[datetime, datetime], ...]
    url: str
    place: str = ""
    online_url: str = ""

    @property
    def starts_at(self) -> datetime:
        """When the first day begins."""
        return self.spans[0][0]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a newsletter, rendered already: safe HTML (inlined with the letter) and its plain twin."""

    html: str
    text: str
