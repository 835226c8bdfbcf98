"""An event as search engines read it: schema.org Event in JSON-LD, everything public and nothing else.

A data block is not run, so the content security policy does not keep it out; `<` is escaped so that no text can end it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from service.events import items
from service.events.items import Item
from service.events.occasion import Door, Occasion, State
from service.events.series import Series
from service.languages.choice import pick
from service.letters.links import Links
from service.web.public.place import Place

_SCHEMA = "https://schema.org/"
_AVAILABILITY = {Door.OPEN: "InStock", Door.WAITLIST: "SoldOut", Door.NOT_YET: "PreOrder"}
_LONGEST = 300


def of(event: Occasion, *, place: Place, links: Links, agenda: Sequence[Item], series: Series | None, now: datetime) -> Markup:
    """The event for a `<script type="application/ld+json">`."""
    language, order = place.reader.language, place.cluster.languages
    url = links.event(cluster=place.cluster.slug, language=language, slug=event.slug)
    told = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": pick(event.title, language, order),
        "description": pick(event.summary, language, order) or pick(event.description, language, order)[:_LONGEST],
        **_times(event, event.zone),
        **_state(event),
        "eventAttendanceMode": f"{_SCHEMA}{_attendance(event)}EventAttendanceMode",
        "location": _locations(event, url),
        "organizer": {"@type": "Organization", "name": place.cluster.name, "url": place.cluster.website or _home(links, place)},
        "image": [links.image(digest=digest) for digest in (event.image_digest, place.cluster.logo_digest) if digest][:1],
        "url": url,
        "inLanguage": [_tag(one) for one in event.languages or (language,)],
        "isAccessibleForFree": True,
        "offers": _offer(event, url, now),
        "maximumAttendeeCapacity": event.capacity,
        "performer": _performers(agenda, language, order),
        "subEvent": [_part(item, event, language, order) for item in agenda],
        "superEvent": series and _whole(series, place, links),
    }
    text = json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704  # escaped for its place


def _times(of_what: Occasion | Item, zone: str) -> dict[str, str]:
    begins, ends = (moment.astimezone(ZoneInfo(zone)).isoformat() for moment in (of_what.starts_at, of_what.ends_at))
    return {"startDate": begins, "endDate": ends}


def _state(event: Occasion) -> dict[str, str]:
    if event.state is State.CALLED_OFF:
        return {"eventStatus": f"{_SCHEMA}EventCancelled"}
    if event.moved_from is not None:
        before = event.moved_from.astimezone(ZoneInfo(event.zone)).isoformat()
        return {"eventStatus": f"{_SCHEMA}EventRescheduled", "previousStartDate": before}
    return {"eventStatus": f"{_SCHEMA}EventScheduled"}


def _attendance(event: Occasion) -> str:
    if event.online_url:
        return "Mixed" if event.place_line else "Online"
    return "Offline"


def _locations(event: Occasion, url: str) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = []
    if event.place_line:
        address = {"@type": "PostalAddress", "streetAddress": event.place_address, "addressLocality": event.place_town}
        written = {name: value for name, value in address.items() if value}
        places.append({"@type": "Place", "name": event.place_name or event.place_line, "address": written})
    if event.online_url:  # the link itself is for those who are registered
        places.append({"@type": "VirtualLocation", "url": url})
    return places


def _offer(event: Occasion, url: str, now: datetime) -> dict[str, Any]:
    availability = _AVAILABILITY.get(event.door(now), "Discontinued")
    offer: dict[str, Any] = {"@type": "Offer", "price": 0, "priceCurrency": "EUR", "url": url, "availability": f"{_SCHEMA}{availability}"}
    if opens_at := event.opens_at or event.published_at:
        offer["validFrom"] = opens_at.isoformat()
    return offer | {"validThrough": event.registration_ends.isoformat()}


def _performers(agenda: Sequence[Item], language: str, order: Sequence[str]) -> list[dict[str, str]]:
    names = dict.fromkeys(one.name for item in agenda for one in items.speakers(pick(item.speakers, language, order)))
    return [{"@type": "Person", "name": name} for name in names]


def _part(item: Item, event: Occasion, language: str, order: Sequence[str]) -> dict[str, Any]:
    part = {"@type": "Event", "name": pick(item.title, language, order), **_times(item, event.zone)}
    where = item.place or event.place_line
    return part | ({"location": {"@type": "Place", "name": where, "address": event.place_line or where}} if where else {})


def _whole(series: Series, place: Place, links: Links) -> dict[str, str]:
    language = place.reader.language
    name = pick(series.title, language, place.cluster.languages)
    return {"@type": "EventSeries", "name": name, "url": f"{_home(links, place)}/series/{series.slug}"}


def _home(links: Links, place: Place) -> str:
    return links.cluster(cluster=place.cluster.slug, language=place.reader.language)


def _tag(language: str) -> str:
    """The BCP 47 tag: Montenegrin is `cnr` there too, written here in Latin letters."""
    return "cnr-Latn" if language == "cnr" else language
