"""Events and calls as cards: what the macros of `cards.html` take, in the words of a reader."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service.events.occasion import KIND_NAMES, Door, Occasion
from service.languages.catalogues import Translator, translator
from service.languages.choice import pick
from service.languages.dates import Dates
from service.opportunities.opportunity import Opportunity, Standing
from service.web.public.place import Place

_URGENT = timedelta(days=7)
_FEW = 5
"""Seats, from which on there are few. A number would tell whoever registers somebody else whether they were registered before: only then it stays."""


def event_card(event: Occasion, place: Place, now: datetime) -> dict[str, Any]:
    """An event for `event_card`."""
    words, dates = translator(place.reader.language), Dates(place.reader.language, event.zone)
    return {
        "url": f"{place.path}/events/{event.slug}",
        "title": pick(event.title, place.reader.language, place.cluster.languages),
        "starts_at": event.starts_at,
        "when": when(event, dates) if event.zone == place.cluster.zone else f"{when(event, dates)} ({dates.zone_name()})",
        "kind": words.gettext(KIND_NAMES[event.kind]),
        "place": event.place_line or (words.gettext("Online") if event.online_url else ""),
        "seats": seats(event, words, now),
        "state": state(event, words, now),
    }


def when(event: Occasion, dates: Dates) -> str:
    """`Tuesday, 2 February 2027, 14:00–16:00`, or the days alone of an event that has several."""
    return dates.span(event.starts_at, event.ends_at) if len(event.days) == 1 else dates.days(event.starts_at, event.ends_at)


def seats(event: Occasion, words: Translator, now: datetime) -> str:
    """What `left` says, while one can still register."""
    return left(event.seats_left, words) if event.door(now) is Door.OPEN else ""


def left(seats: int | None, words: Translator) -> str:
    """How many seats are left, as far as strangers may know; empty where there is no limit (None)."""
    if seats is None:
        return ""
    if seats == 0:
        return words.gettext("Full: waitlist")
    return words.gettext("Few seats left") if seats <= _FEW else words.gettext("Seats available")


def state(event: Occasion, words: Translator, now: datetime) -> tuple[str, str] | None:
    """The badge of an event that one cannot simply register for."""
    told = {
        Door.WAITLIST: ("warning", words.gettext("Full: waitlist")),
        Door.CLOSED: ("neutral", words.gettext("Registration closed")),
        Door.NOT_YET: ("info", words.gettext("Registration opens later")),
        Door.CALLED_OFF: ("danger", words.gettext("Called off")),
    }
    return told.get(event.door(now))


def call_card(call: Opportunity, place: Place, now: datetime) -> dict[str, Any]:
    """A funding call for `call_card`."""
    words = translator(place.reader.language)
    cutoff = call.next_cutoff(now) or call.last_cutoff
    return {
        "url": f"{place.path}/calls/{call.slug}",
        "title": pick(call.title, place.reader.language, place.cluster.languages),
        "closes_at": cutoff.at,
        "when": deadline(cutoff.at, Dates(place.reader.language, cutoff.zone)),
        "funder": call.funder,
        "remaining": remaining(call, words, Dates(place.reader.language, place.cluster.zone), now),
        "urgent": call.standing(now) is Standing.OPEN and cutoff.at - now <= _URGENT,
    }


def deadline(at: datetime, dates: Dates) -> str:
    """`15 Dec 2026, 23:59 (Warsaw)`: a cut-off is told on the funder's clock."""
    return f"{dates.moment(at)} ({dates.zone_name()})"


def remaining(call: Opportunity, words: Translator, dates: Dates, now: datetime) -> str:
    """`12 days left`, `Opens 3 Jan 2027`, or `Closed`."""
    standing, cutoff = call.standing(now), call.next_cutoff(now)
    if standing is Standing.PAST or cutoff is None:
        return words.gettext("Closed")
    if standing is Standing.UPCOMING and call.opens_at is not None:
        return words.gettext("Opens {day}", day=dates.short_day(call.opens_at))
    days = (cutoff.at - now).days
    return words.ngettext("{n} day left", "{n} days left", days) if days else words.gettext("Closes today")
