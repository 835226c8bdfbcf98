"""What every letter can be shown with: values as the rooms give them, and a reader's values for the slots."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from service.languages.locales import LANGUAGES
from service.letters import greeting, markdown, render
from service.letters.brand import Brand
from service.letters.facts import Block, EventFacts
from service.letters.letter import Letter

SITE = "https://kutse.example.org"
ZONE = "Europe/Tallinn"
TEXT = """## Avaseminar: *loov piirkond*

Kohtume **Kohtla-Järvel** ja räägime, kuidas väikesed ettevõtted koos suuremaks saavad. [Kava ja registreerimine](https://kutse.example.org/x?a=1&b=2).

- Żółć, šķērsot, đak
- Творческие индустрии

> Koos on lihtsam.
"""


def brand(language: str = "et", **changes: Any) -> Brand:
    """A cluster's look, with funders to acknowledge."""
    usual = Brand(
        name="Ida-Viru Loomeklaster",
        language=language,
        zone=ZONE,
        colour="#0b5c6b",
        site_url=SITE,
        home_url=f"{SITE}/loomeklaster/{language}",
        contact_address="klaster@loomeklaster.example.org",
        postal_address="Keskallee 19, 30395 Kohtla-Järve",
        website="https://loomeklaster.example.org/",
        acknowledgement=("Project ER227, co-funded by the European Union under the neighbourhood instrument.",),
    )
    return replace(usual, **changes)


def event(**changes: Any) -> EventFacts:
    """A seminar of one afternoon, 13 April 2027, 12:00–15:00 in Tallinn."""
    start = datetime(2027, 4, 13, 9, tzinfo=UTC)
    usual = EventFacts(
        title="Strateegiaseminar: disain & film",
        spans=((start, start + timedelta(hours=3)),),
        url=f"{SITE}/loomeklaster/et/events/strateegiaseminar",
        place="Kreenholm, Joala 23, Narva",
        online_url="https://meet.example.org/strateegia?key=a&b=c",
    )
    return replace(usual, **changes)


def study_trip() -> EventFacts:
    """Four days that follow each other, the last one shorter."""
    first = datetime(2027, 6, 2, 6, tzinfo=UTC)
    spans = [(first + timedelta(days=day), first + timedelta(days=day, hours=4 if day == 3 else 9)) for day in range(4)]
    return event(title="Õppereis Amsterdami: neli päeva loomemajanduse ettevõtetes", spans=tuple(spans), place="Amsterdam", online_url="")


def block(text: str) -> Block:
    """A block of Markdown."""
    return Block(html=markdown.to_html(text), text=markdown.to_text(text))


@dataclass(frozen=True)
class Sample:
    """Values for one template, and for the slots that its room fills."""

    values: dict[str, Any]
    slots: dict[str, str] = field(default_factory=dict)
    method: Literal["REQUEST", "CANCEL"] | None = None


_TOKEN = "WyIxMjM0NTYiXQ.9oZ0b3J5LW5vdC1hLXJlYWwtdG9rZW4tYXQtYWxs"
_REGISTRATION = {"registration_url": f"{SITE}/registration/{_TOKEN}"}
_TOPICS = ["Uudiskiri", "Seminarid ja koolitused", "Rahastusvõimalused"]
_NEWS = {
    "subject": "Kevadised seminarid ja kaks taotlusvooru",
    "preheader": "Avaseminar 2. veebruaril, õppereis juunis, kultuuriministeeriumi voor",
    "title": "Kevadised seminarid ja kaks taotlusvooru",
    "date": datetime(2027, 1, 18, 7, tzinfo=UTC),
    "topic": "Uudiskiri",
    "view_url": f"{SITE}/loomeklaster/et/news/7",
    "blocks": [block(TEXT), block("### Ettevõtlus\n\n1. Üks\n2. Kaks\n\nKirjutage: <klaster@loomeklaster.example.org>")],
}

SAMPLES: dict[str, Sample] = {
    "confirm_subscription": Sample({"topics": _TOPICS, "valid_days": 7}, {"confirm_url": f"{SITE}/confirm/{_TOKEN}"}),
    "already_subscribed": Sample({"topics": _TOPICS}),
    "welcome_subscription": Sample({"topics": _TOPICS}),
    "registration_confirmed": Sample({"event": event()}, _REGISTRATION, "REQUEST"),
    "registration_waitlisted": Sample({"event": event(), "waits_for": "seat"}, {**_REGISTRATION, "waitlist_place": "3"}),
    "registration_promoted": Sample({"event": study_trip()}, _REGISTRATION, "REQUEST"),
    "registration_cancelled": Sample({"event": event()}, {}, "CANCEL"),
    "registration_handed_on": Sample({"event": event()}, {"handed_to_name": "Jaan Tamm"}, "CANCEL"),
    "registration_exists": Sample({"event": event()}, _REGISTRATION),
    "event_changed": Sample({"event": event(), "before": event(spans=study_trip().spans[:1], place="Rakvere")}, _REGISTRATION, "REQUEST"),
    "date_joined": Sample({"event": study_trip(), "before": event()}, _REGISTRATION, "CANCEL"),
    "event_called_off": Sample(
        {"event": event(), "message": "Esineja **haigestus**. Uus aeg selgub [lehel](https://example.org)."}, {}, "CANCEL"
    ),
    "item_seated": Sample({"event": event(), "item": "Töötuba: hinnastamine", "item_time": "9. detsember, 10:00–11:30"}, _REGISTRATION),
    "item_changed": Sample(
        {
            "event": event(),
            "item": "Töötuba: hinnastamine",
            "item_before": "9. detsember, 10:00–11:30",
            "item_time": "9. detsember, 12:00–13:30 · Saal 2",
        },
        _REGISTRATION,
    ),
    "item_dropped": Sample({"event": event(), "item": "Töötuba: hinnastamine", "item_time": "9. detsember, 10:00–11:30"}, _REGISTRATION),
    "request_received": Sample({"event": event(), "can_prove": True}, _REGISTRATION),
    "request_approved": Sample({"event": event(), "message": "Tulge **varakult**."}, _REGISTRATION, "REQUEST"),
    "request_declined": Sample({"event": event(), "message": "Kursus on algajatele."}, {}),
    "seat_offered": Sample(
        {"event": event(), "until": datetime(2027, 4, 1, 9, tzinfo=UTC)}, {**_REGISTRATION, "until": "1. apr 2027, 12:00"}
    ),
    "mode_changed": Sample({"event": event()}, _REGISTRATION, "REQUEST"),
    "event_invited": Sample(
        {"event": event(), "until": datetime(2027, 4, 12, 9, tzinfo=UTC)}, {"invitation_url": f"{SITE}/invited/{_TOKEN}"}
    ),
    "offer_over": Sample({"event": event()}, {}),
    "event_changed_waiting": Sample({"event": event(), "before": event(place="Rakvere")}, _REGISTRATION),
    "event_reminder": Sample({"event": event()}, _REGISTRATION),
    "event_joining": Sample({"event": event()}, _REGISTRATION),
    "event_thanks": Sample({"event": event(), "materials": ("Slaidid.pdf", "Tööleht.docx")}, _REGISTRATION),
    "calendar_declined": Sample({"event": event()}, {"cancel_url": f"{SITE}/registration/{_TOKEN}/cancel"}),
    "newsletter": Sample(_NEWS),
    "sign_in_link": Sample({"valid_minutes": 20}, {"sign_in_url": f"{SITE}/sign-in/{_TOKEN}"}),
    "mailing_report": Sample(
        {
            "title": "Kevadised seminarid",
            "what": "held",
            "destination": "example.net",
            "said": ["Reported as spam by its readers: 3 of 100 copies, more than 0.1%."],
            "is_scheduler": False,
            "sent": 1,
            "waiting": 2,
            "failed": 3,
            "skipped": 4,
            "url": SITE,
        }
    ),
    "sending_refused": Sample(
        {
            "letters": 2,
            "since": datetime(2026, 11, 22, 9, 2, tzinfo=UTC),
            "words": ["550 5.7.1 blocked using a list of example.net", "550 5.7.26 unauthenticated"],
            "url": f"{SITE}/console/loomeklaster/returns/reports?about=us",
        }
    ),
    "answer_forwarded": Sample(
        {
            "sender": "mari@example.org",
            "sender_name": "Mari Maasikas",
            "about": "Re: Kevadised seminarid",
            "lines": ["Tere!", "", "Kas kohti veel on?"],
            "files": ["kava.pdf"],
            "enclosed": True,
            "event": "Strateegiaseminar",
            "proposed": "kolmapäev, 23. detsember 2026, 10:00–12:00",
            "url": f"{SITE}/console/loomeklaster/returns/answers/7",
        }
    ),
    "coordinator_invited": Sample(
        {"clusters": ["Ida-Viru Loomeklaster", "Kreativni klaster Kotor"], "valid_days": 7}, {"welcome_url": f"{SITE}/welcome/{_TOKEN}"}
    ),
}

EVERY_LETTER_IN_EVERY_LANGUAGE = [(template, language) for template in SAMPLES for language in LANGUAGES]


async def sample(template: str, language: str, **changes: Any) -> Letter:
    """The letter with its sample values; `changes` are those of the brand."""
    known = SAMPLES[template]
    calendar = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" if known.method else None
    return await render.letter(
        template=template, language=language, brand=brand(language, **changes), values=known.values, calendar=calendar, method=known.method
    )


def slots_of(template: str, language: str, name: str = "Mari O’Maasikas <mari>") -> dict[str, str]:
    """A reader's values for every slot of the letter."""
    return {
        "name": name,
        "greeting": greeting.of(name=name, language=language),
        "unsubscribe_url": f"{SITE}/unsubscribe/{_TOKEN}",
        "preferences_url": f"{SITE}/preferences/{_TOKEN}",
        **SAMPLES[template].slots,
    }
