"""Letter ★: what is said, in one language, written once for everybody who reads that language.

Personal values stand in it as slots (`slots.slot`), so that a letter is rendered and stored once; each copy's values are put in when it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import Refused
from service.letters import slots

CLIPPED_AT = 102 * 1024
"""Octets of HTML after which Gmail cuts a letter off and hides the rest, the unsubscribe link included."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter. `media_type`: e.g. `application/pdf`."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter's skeleton. `calendar`: an iCalendar object whose METHOD is `method` (`REQUEST` or `CANCEL`).

    `html` is inlined already; `text` is its twin. Slots may stand in every part, in `calendar` too.
    """

    language: str
    subject: str
    preheader: str
    text: str
    html: str
    calendar: bytes | None = None
    method: str | None = None
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        if (self.calendar is None) != (self.method is None):
            raise ValueError("a letter has a calendar object and its method, or neither")

    @property
    def slots(self) -> frozenset[str]:
        """The names of all values that a copy of this letter needs."""
        calendar = (self.calendar or b"").decode()
        return frozenset().union(*(slots.names_in(part) for part in (self.subject, self.text, self.html, calendar)))

    @property
    def is_clipped(self) -> bool:
        """Whether Gmail would hide the end of it."""
        return len(self.html.encode()) > CLIPPED_AT

    def refuse_if_clipped(self) -> None:
        """Raises Refused with the size in words; for the places where a coordinator can still shorten it."""
        if self.is_clipped:
            raise Refused(
                "The letter has {size} KB, and Gmail hides what comes after {limit} KB. Shorten it or link to a page.",
                size=-(-len(self.html.encode()) // 1024),
                limit=CLIPPED_AT // 1024,
            )
