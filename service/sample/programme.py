"""The events and funding calls of a sample cluster, on their days in the coming year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.clusters.tables import Cluster
from service.events import drafting, publishing, registration
from service.events.facts import DayFacts, Facts
from service.events.form import Form
from service.events.lifecycle import Act
from service.events.occasion import Kind, Texts
from service.events.office import Office
from service.events.terms import Terms
from service.opportunities import announcing, opportunity
from service.opportunities.facts import CutoffFacts
from service.opportunities.facts import Facts as CallFacts
from service.sample import agendas, gallery, questions, reading, series_dates
from service.sample.network import Member
from service.sample.reading import Entry
from service.subscriptions import topics


@dataclass(frozen=True, slots=True)
class Around:
    """What the events of a cluster have in common. `projects`: key → funding; `people`: who registers, in this order."""

    office: Office
    projects: Mapping[str, int]
    people: Sequence[Member]
    now: datetime


async def events(*, around: Around, entries: Sequence[Entry], titles: Mapping[str, Texts]) -> None:
    """Write all of them; those that name a series in `titles` are its dates."""
    for entry in entries:
        if "series" not in entry:
            facts = await _facts(around, entry)
            await _event(around, entry, await drafting.create(cluster=around.office.cluster, facts=facts, now=around.now))
    for key, title in titles.items():
        joined = [entry for entry in entries if entry.get("series") == key]
        dates = [await _facts(around, entry) for entry in joined]
        ids = await series_dates.drafts(cluster=around.office.cluster, title=dict(title), dates=dates, now=around.now)
        for entry, event_id in zip(joined, ids, strict=True):
            await _event(around, entry, event_id)


async def _event(around: Around, entry: Entry, event_id: int) -> None:
    """Write what belongs to it, publish it unless it is kept a draft, and let the first `registered` people come."""
    office, now = around.office, around.now
    await agendas.write(office=office, event_id=event_id, entry=entry, now=now)
    await questions.write(office=office, event_id=event_id, entry=entry, now=now)
    if entry.get("state", "published") == "draft":
        return
    await publishing.decide(cluster=office.cluster, event_id=event_id, act=Act.PUBLISH, now=now)
    for number, member in enumerate(around.people[: entry.get("registered", 0)]):
        form = await _form(event_id, member, number)
        await registration.register(
            office=office, event_id=event_id, form=form, network=f"sample-{office.cluster.slug}-{number // 20}", now=now
        )


async def call(*, cluster: Cluster, entry: Entry, now: datetime) -> None:
    """Draft it and publish it."""
    zone = entry.get("zone", cluster.zone)
    facts = CallFacts(
        title=dict(entry["title"]),
        funder=entry["funder"],
        cutoffs=tuple(
            CutoffFacts(reading.moment(one["date"], one.get("at", "17:00"), zone=zone, now=now), zone, dict(one.get("label", {})))
            for one in entry["cutoffs"]
        ),
        summary=dict(entry.get("summary", {})),
        body=dict(entry.get("body", {})),
        amount=dict(entry.get("amount", {})),
        programme_url=entry.get("programme_url", ""),
    )
    call_id = await announcing.create(cluster=cluster, facts=facts, now=now)
    await announcing.decide(cluster=cluster, call_id=call_id, act=opportunity.Act.PUBLISH, now=now)


async def _facts(around: Around, entry: Entry) -> Facts:
    cluster, now = around.office.cluster, around.now
    zone = entry.get("zone", cluster.zone)
    first = reading.coming(entry["days"][0]["date"], now=now)
    about = {topic.slug: topic.id for topic in await topics.of(cluster_id=cluster.id)}
    return Facts(
        kind=Kind(entry["kind"]),
        zone=zone,
        days=tuple(_day(one, zone, first, now) for one in entry["days"]),
        title=dict(entry["title"]),
        summary=dict(entry.get("summary", {})),
        description=dict(entry.get("description", {})),
        access_notes=dict(entry.get("access_notes", {})),
        place_name=entry.get("place_name", ""),
        place_address=entry.get("place_address", ""),
        place_town=entry.get("place_town", ""),
        online_url=entry.get("online_url", ""),
        capacity=entry.get("capacity"),
        funding_id=around.projects[entry["funding"]] if "funding" in entry else None,
        image_digest=await gallery.banner(cluster=cluster, seed=entry.get("picture"), now=now),
        terms=Terms(by_approval=entry.get("by_approval", False)),
        languages=tuple(entry.get("languages", ())),
        topic_ids=tuple(about[slug] for slug in entry.get("topics", ())),
    )


def _day(entry: Entry, zone: str, first: date, now: datetime) -> DayFacts:
    """`first`: the event's first day, so that all its days fall into one year."""
    return DayFacts(
        starts_at=reading.moment(entry["date"], entry["from"], zone=zone, now=now, earliest=first),
        ends_at=reading.moment(entry["date"], entry["until"], zone=zone, now=now, earliest=first),
        title=dict(entry.get("title", {})),
        place=entry.get("place", ""),
    )


async def _form(event_id: int, member: Member, number: int) -> Form:
    choices = await agendas.choices(event_id=event_id)
    return Form(
        name=member.person.name,
        address=member.person.address,
        language=member.person.language,
        organisation=member.organisation,
        item_ids=(choices[number % len(choices)],) if choices else (),
        answers=await questions.answers(event_id=event_id, number=number),
    )
