"""The participants' list as a file that goes to a funder or a spreadsheet."""

from __future__ import annotations

from service.errors import NotFound
from service.events import registrants, sheets
from service.events.capacity import Standing
from service.events.occasion import Occasion
from service.events.registrants import Registrant
from service.languages import wallclock
from service.languages.catalogues import marked, translator
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
    marked("Role"),
    marked("Language"),
    marked("State"),
    marked("Registered"),
    marked("Cancelled on"),
)


async def sheet(*, event: Occasion, language: str, format: str) -> tuple[bytes, str]:
    """Everybody who registered, in the order in which they came: the file and its media type. Raises NotFound for a format other than csv and xlsx."""
    if format not in sheets.WRITERS:
        raise NotFound("The list comes as csv and as xlsx.")
    words = translator(language)
    everybody = await registrants.page(event_id=event.id, limit=1_000_000)
    rows = [[words.gettext(heading) for heading in _HEADINGS]]
    rows += [_row(registrant, event, words.gettext(STANDING_NAMES[registrant.state])) for registrant in everybody]
    write, media_type = sheets.WRITERS[format]
    return write(rows), media_type


def _row(registrant: Registrant, event: Occasion, standing: str) -> list[str]:
    return [
        registrant.name,
        registrant.address,
        registrant.organisation,
        registrant.role,
        AUTONYMS[registrant.language],
        standing,
        wallclock.write(registrant.registered_at, zone=event.zone).replace("T", " "),
        wallclock.write(registrant.cancelled_at, zone=event.zone).replace("T", " "),
    ]
