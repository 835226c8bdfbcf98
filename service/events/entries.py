"""Entries: an event as everybody may put it into a calendar, without being registered: no online link, no answer asked for."""

from __future__ import annotations

from collections.abc import Collection

from service.calendars.feeds import Entry
from service.events import skeletons
from service.events.occasion import KIND_NAMES, Occasion, State
from service.events.office import Office
from service.languages import choice
from service.languages.catalogues import translator


def of(*, office: Office, event: Occasion, language: str, without: Collection[int] = ()) -> list[Entry]:
    """One entry for each run of days, less those whose ids are `without`.

    DTSTAMP and SEQUENCE follow the event's last change, so that the same event gives the same bytes.
    """
    return [
        Entry(
            uid=f"event-{event.id}-{entry_id}@{office.mail_domain}",
            changed_at=event.changed_at,
            sequence=event.version,
            summary=skeletons.title(event, office, language),
            zone=event.zone,
            days=tuple(skeletons.calendar_day(day, office, language) for day in days),
            description=choice.pick(event.summary, language, office.cluster.languages),
            location=event.place_line,
            categories=(translator(language).gettext(KIND_NAMES[event.kind]),),
            url=skeletons.page(office=office, event=event, language=language),
            is_cancelled=event.state is State.CALLED_OFF,
        )
        for entry_id, days in event.entries.items()
        if entry_id not in without
    ]
