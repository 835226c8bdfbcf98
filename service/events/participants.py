"""The participants' list as a file that goes to a funder or a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from service.errors import NotFound
from service.events import answer_columns, attendance, choice_columns, registrants, sheets
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.registrants import Registrant
from service.languages import wallclock
from service.languages.catalogues import Translator, marked, translator
from service.languages.locales import AUTONYMS

STANDING_NAMES = {
    Standing.SEATED: marked("Seat"),
    Standing.OFFERED: marked("Seat offered"),
    Standing.WAITLISTED: marked("Waitlist"),
    Standing.PENDING: marked("Request"),
    Standing.DECLINED: marked("Declined"),
    Standing.CANCELLED: marked("Cancelled"),
}

_HEADINGS = (
    marked("Name"),
    marked("E-mail address"),
    marked("Organisation"),
    marked("Registry code"),
    marked("Role"),
    marked("Language"),
    marked("State"),
    marked("Registered"),
    marked("Cancelled on"),
)


async def sheet(*, event: Occasion, language: str, format: str, now: datetime) -> tuple[bytes, str]:
    """Everybody who registered, in the order in which they came: the file and its media type. Raises NotFound for a format other than csv and xlsx.

    Organisation and registry code are those of the day of the registration. A column for each day that has come says who was there,
    one for each item of the agenda who chose it, one for each question what was answered.
    """
    if format not in sheets.WRITERS:
        raise NotFound("The list comes as csv and as xlsx.")
    words = translator(language)
    everybody = await registrants.page(event_id=event.id, limit=1_000_000)
    came = await _who_came(event, now, words)
    chosen = await choice_columns.of(event=event, language=language)
    said = await answer_columns.of(event=event, language=language)
    rows = [[words.gettext(heading) for heading in _HEADINGS] + came.headings + chosen.headings + said.headings]
    rows += [
        _row(registrant, event, words.gettext(STANDING_NAMES[registrant.state]))
        + came.of(registrant)
        + chosen.of(registrant.id)
        + said.of(registrant.id)
        for registrant in everybody
    ]
    write, media_type = sheets.WRITERS[format]
    return write(rows), media_type


@dataclass(frozen=True, slots=True)
class _Came:
    """The columns that say who was there."""

    days: list[date]
    present: attendance.Present
    headings: list[str]
    yes: str

    def of(self, registrant: Registrant) -> list[str]:
        """One cell for each day."""
        return [self.yes if day in self.present.get(registrant.id, ()) else "" for day in self.days]


async def _who_came(event: Occasion, now: datetime, words: Translator) -> _Came:
    days = attendance.days_so_far(event, now)
    headings = [words.gettext("Came on {day}", day=day.isoformat()) for day in days]
    return _Came(days, await attendance.present(event_id=event.id), headings, words.gettext("yes"))


def _row(registrant: Registrant, event: Occasion, standing: str) -> list[str]:
    return [
        registrant.name,
        registrant.address,
        registrant.organisation_name or registrant.organisation,
        registrant.registry_code,
        registrant.role,
        AUTONYMS[registrant.language],
        standing,
        wallclock.write(registrant.registered_at, zone=event.zone).replace("T", " "),
        wallclock.write(registrant.cancelled_at, zone=event.zone).replace("T", " "),
    ]
