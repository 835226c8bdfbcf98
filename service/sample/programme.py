"""The events and funding calls of a sample cluster, on their days in the coming year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from service.clusters.tables import Cluster
from service.events import drafting, publishing, registration
from service.events.facts import DayFacts, Facts
from service.events.form import Form
from service.events.lifecycle import Act
from service.events.occasion import Kind
from service.events.office import Office
from service.opportunities import announcing, opportunity
from service.opportunities.facts import CutoffFacts
from service.opportunities.facts import Facts as CallFacts
from service.sample import gallery, reading
from service.sample.network import Member
from service.sample.reading import Entry
from service.subscriptions import topics


async def event(*, office: Office, entry: Entry, projects: Mapping[str, int], people: Sequence[Member], now: datetime) -> None:
    """Draft it, publish it unless it is kept a draft, and let the first `registered` people come."""
    cluster = office.cluster
    picture = await gallery.banner(cluster=cluster, seed=entry.get("picture"), now=now)
    about = {topic.slug: topic.id for topic in await topics.of(cluster_id=cluster.id)}
    facts = replace(
        _facts(cluster, entry, projects, now), image_digest=picture, topic_ids=tuple(about[slug] for slug in entry.get("topics", ()))
    )
    event_id = await drafting.create(cluster=cluster, facts=facts, now=now)
    if entry.get("state", "published") == "draft":
        return
    await publishing.decide(cluster=cluster, event_id=event_id, act=Act.PUBLISH, now=now)
    for number, member in enumerate(people[: entry.get("registered", 0)]):
        await registration.register(
            office=office, event_id=event_id, form=_form(member), network=f"sample-{cluster.slug}-{number // 20}", now=now
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


def _facts(cluster: Cluster, entry: Entry, projects: Mapping[str, int], now: datetime) -> Facts:
    zone = entry.get("zone", cluster.zone)
    first = reading.coming(entry["days"][0]["date"], now=now)
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
        funding_id=projects[entry["funding"]] if "funding" in entry else None,
        languages=tuple(entry.get("languages", ())),
    )


def _day(entry: Entry, zone: str, first: date, now: datetime) -> DayFacts:
    """`first`: the event's first day, so that all its days fall into one year."""
    return DayFacts(
        starts_at=reading.moment(entry["date"], entry["from"], zone=zone, now=now, earliest=first),
        ends_at=reading.moment(entry["date"], entry["until"], zone=zone, now=now, earliest=first),
        title=dict(entry.get("title", {})),
        place=entry.get("place", ""),
    )


def _form(member: Member) -> Form:
    return Form(name=member.person.name, address=member.person.address, language=member.person.language, organisation=member.organisation)
