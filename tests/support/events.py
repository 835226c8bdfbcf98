"""Events and registrations that tests start from, and the letters that were written about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from service.calendars import lines
from service.clusters.tables import Cluster
from service.events import drafting, planning, programme, publishing, registration
from service.events.facts import DayFacts, Facts
from service.events.form import Form
from service.events.lifecycle import Act
from service.events.occasion import Kind, Occasion
from service.events.office import Office
from service.events.plan import Distance
from service.letters import slots
from service.letters.links import Links
from service.persistence.engine import connection


def office(cluster: Cluster, links: Links) -> Office:
    """The cluster's office at mail.kutse.example.org."""
    return Office(cluster=cluster, links=links, mail_domain="mail.kutse.example.org")


def day(start: datetime, hours: float = 2, **values: Any) -> DayFacts:
    """One day from `start`."""
    return DayFacts(start, start + timedelta(hours=hours), **values)


def facts(*, now: datetime, **values: Any) -> Facts:
    """A plausible seminar in thirty days."""
    defaults: dict[str, Any] = {
        "kind": Kind.SEMINAR,
        "zone": "Europe/Tallinn",
        "days": (day(now + timedelta(days=30)),),
        "title": {"et": "Strateegiaseminar", "ru": "Семинар по стратегии", "en": "Strategy seminar"},
        "summary": {"et": "Arutame klastri strateegiat."},
        "place_name": "Vaba Lava",
        "place_address": "Linda 2",
        "place_town": "Narva",
    }
    return Facts(**(defaults | values))


async def draft(*, cluster: Cluster, now: datetime, **values: Any) -> Occasion:
    """An event that only coordinators see."""
    event_id = await drafting.create(cluster=cluster, facts=facts(now=now, **values), now=now)
    return await programme.by_id(cluster_id=cluster.id, event_id=event_id)


async def published(*, cluster: Cluster, now: datetime, **values: Any) -> Occasion:
    """An event that everybody sees."""
    event = await draft(cluster=cluster, now=now, **values)
    await publishing.decide(cluster=cluster, event_id=event.id, act=Act.PUBLISH, now=now)
    return await programme.by_id(cluster_id=cluster.id, event_id=event.id)


def form(number: int = 1, **values: Any) -> Form:
    """Somebody's registration; each number is somebody else."""
    defaults: dict[str, Any] = {
        "name": f"Mari Maasikas {number}",
        "address": f"mari{number}@example.org",
        "language": "et",
        "organisation": "Narva Disainimaja",
        "role": "disainer",
        "consent_words": "Registreerun üritusele.",
    }
    return Form(**(defaults | values))


async def register(*, office: Office, event: Occasion, now: datetime, number: int = 1, **values: Any) -> None:
    """Somebody registers, from a network of their own."""
    await registration.register(
        office=office, event_id=event.id, form=form(number, **values), network=f"198.51.100.{number % 250}/{number}", now=now
    )


@dataclass(frozen=True, slots=True)
class Posted:
    """One copy in the outbox, its slots filled. `page`: the link to the registration that it is about, empty where it is about none."""

    id: int
    address: str
    subject: str
    text: str
    calendar: str
    method: str | None
    language: str
    about: str
    state: str
    page: str

    @property
    def sequence(self) -> int:
        """The SEQUENCE of its calendar object."""
        return int(self.property("SEQUENCE"))

    def property(self, name: str) -> str:
        """The value of the property `name` of the (first) VEVENT or of the whole, parameters left out."""
        head, _, event = self.calendar.partition("BEGIN:VEVENT")
        line = next(line for line in (event + head).split("\r\n") if line.startswith((f"{name}:", f"{name};")))
        return line.partition(":")[2]


async def posted(*, after: int = 0) -> list[Posted]:
    """Everything in the outbox after the copy with that id, in the order in which it was written."""
    async with connection() as raw:
        rows = await raw.fetch(_POSTED, after)
    return [_copy(dict(row)) for row in rows]


def _copy(row: dict[str, Any]) -> Posted:
    values = {"name": row["name"], "greeting": f"Tere, {row['name']}!"} | msgspec.json.decode(row["slots"] or "{}")
    calendar = slots.fill(lines.unfold(row["calendar"]), values, "calendar") if row["calendar"] else ""
    return Posted(
        row["id"],
        row["address"],
        slots.fill(row["subject"], values, "header"),
        slots.fill(row["text"], values, "text"),
        calendar,
        row["method"],
        row["language"],
        row["about"],
        row["state"],
        values.get("registration_url", ""),
    )


_POSTED = """
SELECT d.id, d.address, d.state, d.name, d.slots, l.subject, l.text, l.calendar, l.method, l.language, p.about
FROM delivery d JOIN letter l ON l.id = d.letter_id JOIN dispatch p ON p.id = d.dispatch_id WHERE d.id > $1 ORDER BY d.id
"""


async def html_of(letter: Posted) -> str:
    """The HTML of the letter with this subject, as it lies in the outbox, slots and all."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT subject, html FROM letter ORDER BY id DESC")
    return str(next(row["html"] for row in rows if row["subject"] == letter.subject))


async def expiries() -> list[datetime | None]:
    """Until when each copy in the outbox may leave, in the order in which they were written."""
    async with connection() as raw:
        return [row["expires_at"] for row in await raw.fetch("SELECT expires_at FROM delivery ORDER BY id")]


async def call_off(*, office: Office, event: Occasion, now: datetime) -> None:
    """It does not take place."""
    await publishing.call_off(office=office, event_id=event.id, words={}, now=now)


async def plan_thanks(*, cluster: Cluster, event: Occasion, now: datetime) -> None:
    """A thank-you a day after the event, and nothing before it."""
    await planning.save(cluster=cluster, event_id=event.id, reminders_before=[], joining=None, thanks=Distance(1, "d"), now=now)
