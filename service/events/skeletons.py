"""Skeletons: an event as its letters and its calendar entries tell it, in one language, with slots for what is each registrant's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from service.calendars import invitation
from service.calendars.invitation import Meeting
from service.calendars.occurrences import Day as CalendarDay
from service.clusters import directory, fundings
from service.events.invitations import Hashes
from service.events.occasion import Day, Occasion
from service.events.office import Office
from service.languages import choice
from service.languages.catalogues import translator
from service.languages.dates import Dates
from service.letters import brand
from service.letters.brand import Brand
from service.letters.facts import EventFacts
from service.letters.slots import slot

_ALARMS = (timedelta(days=1), timedelta(hours=1))
"""Before an entry of one day; of days that follow each other the last alone, because it rings for each."""


def facts(*, office: Office, event: Occasion, language: str, days: tuple[Day, ...]) -> EventFacts:
    """The event in words, as far as `days` go."""
    places = event.places(days)
    is_at_several = len(set(places)) > 1
    beside = [(day_title(day, office, language), where if is_at_several else "") for day, where in zip(days, places, strict=True)]
    return EventFacts(
        title=title(event, office, language),
        spans=tuple((day.starts_at, day.ends_at) for day in days),
        url=page(office=office, event=event, language=language),
        place=event.place_of(days),
        online_url=event.online_url,
        beside=tuple(" · ".join(filter(None, words)) for words in beside),
        is_at_several=is_at_several,
    )


def fields(*, office: Office, event: Occasion, language: str, days: tuple[Day, ...], values: Mapping[str, object]) -> dict[str, str]:
    """The merge fields that are the same for all readers: those of `letters.OF_EVENT`, and texts and moments among the letter's `values`."""
    dates = Dates(language, event.zone)
    return {
        "event": title(event, office, language),
        "time": dates.span(days[0].starts_at, days[-1].ends_at),
        "place": event.place_of(days) or translator(language).gettext("Online"),
        **{name: value for name, value in values.items() if isinstance(value, str)},
        **{name: dates.moment(value) for name, value in values.items() if isinstance(value, datetime)},
    }


def meeting(*, office: Office, event: Occasion, language: str, entry_id: int) -> Meeting:
    """The calendar entry, everything that is personal in slots."""
    words = translator(language)
    return Meeting(
        uid=slot("uid"),
        sequence=slot("sequence"),
        summary=title(event, office, language),
        zone=event.zone,
        days=tuple(calendar_day(day, office, language) for day in event.entries[entry_id]),
        organizer_address=slot("organizer_address"),
        organizer_name=office.cluster.name,
        attendee_address=slot("attendee_address"),
        attendee_name=slot("name"),
        description="\n".join(
            (
                words.gettext("Programme: {url}", url=page(office=office, event=event, language=language)),
                words.gettext("Your registration: {url}", url=slot("registration_url")),
            )
        ),
        location=event.place_line,
        url=slot("registration_url"),
        conference_url=event.online_url,
        alarms=_ALARMS if len(event.entries[entry_id]) == 1 else _ALARMS[1:],
    )


def page(*, office: Office, event: Occasion, language: str) -> str:
    """The event's own page."""
    return office.links.event(
        cluster=office.cluster.slug, language=choice.page_language(language, office.cluster.languages), slug=event.slug
    )


def hashes(*, office: Office, event: Occasion, languages: Iterable[str]) -> Hashes:
    """The hash of each entry in each of `languages` and in each mode. The words round the links and the alarms don't count: a new release may have better ones.

    People keep the language they chose when the cluster no longer offers it.
    """
    return {
        (entry_id, language, mode): invitation.content_hash(
            replace(meeting(office=office, event=event.seen_by(mode), language=language, entry_id=entry_id), description="", alarms=())
        )
        for entry_id in event.entries
        for language in set(languages)
        for mode in event.modes
    }


async def letterhead(*, office: Office, event: Occasion, language: str) -> Brand:
    """The cluster's brand with the acknowledgement of whoever pays for the event."""
    if event.funding_id is None:
        return brand.of(cluster=office.cluster, links=office.links, language=language)
    funding = await fundings.by_id(cluster_id=event.cluster_id, funding_id=event.funding_id)
    words = choice.pick(directory.acknowledgement(funding), language, office.cluster.languages)
    logos = [funding.logo_digest] if funding.logo_digest else []
    return brand.of(cluster=office.cluster, links=office.links, language=language, acknowledgement=words, acknowledgement_logos=logos)


def title(event: Occasion, office: Office, language: str) -> str:
    """The title in the language, or in the cluster's next."""
    return choice.pick(event.title, language, office.cluster.languages)


def day_title(day: Day, office: Office, language: str) -> str:
    """What a day is called besides the event's title; mostly nothing."""
    return choice.pick(day.title, language, office.cluster.languages)


def calendar_day(day: Day, office: Office, language: str) -> CalendarDay:
    """A day as a calendar shows it; its title and place only where they differ from the event's."""
    return CalendarDay(day.starts_at, day.ends_at, day_title(day, office, language), day.place)
