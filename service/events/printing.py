"""Printing: a letter with its calendar object, rendered once for all that it says.

Everything a letter depends on is its key, so nothing can be out of date; what differs from copy to copy, the time of sending (DTSTAMP) included, is a
slot. A crowd that registers at once then costs one rendering, not one for each.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from service.calendars import invitation
from service.calendars.invitation import Meeting
from service.events.once import Once
from service.letters import render
from service.letters.brand import Brand
from service.letters.letter import Letter
from service.letters.slots import slot
from service.letters.words import Written

Method = Literal["REQUEST", "CANCEL"]
Values = Mapping[str, Hashable]

_MOST = 200
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

PRINTED: Once[Letter] = Once(most=_MOST)
READY: Once[None] = Once(most=_MOST)
"""For whom everything that they may get at once is printed."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar object that goes with a letter; the copy's slot `sent_at` is its DTSTAMP (`stamp`)."""

    method: Method
    meeting: Meeting

    def content(self) -> bytes:
        """The object, everything that is a copy's own in slots."""
        made = (invitation.request if self.method == "REQUEST" else invitation.cancel)(self.meeting, now=_NEVER)
        return made.replace(f"DTSTAMP:{stamp(_NEVER)}".encode(), f"DTSTAMP:{slot('sent_at')}".encode())


async def letter(
    *,
    template: str,
    language: str,
    brand: Brand,
    zone: str,
    values: Values,
    calendar: Calendar | None,
    written: Written | None = None,
    fields: Mapping[str, str] | None = None,
) -> Letter:
    """The letter `template` in `language`, with its calendar object if there is one; `written` and `fields` as `render.letter` takes them."""
    key = (template, language, brand, zone, tuple(sorted(values.items())), calendar, written, tuple(sorted((fields or {}).items())))

    async def printed() -> Letter:
        return await render.letter(
            template=template,
            language=language,
            brand=brand,
            values=values,
            zone=zone,
            calendar=calendar.content() if calendar else None,
            method=calendar.method if calendar else None,
            written=written,
            fields=fields,
        )

    return await PRINTED.get(key, printed)


def stamp(moment: datetime) -> str:
    """A moment as DTSTAMP writes it."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
