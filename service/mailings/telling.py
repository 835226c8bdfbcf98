"""Letters to coordinators about a newsletter: it has been sent, it stopped itself, it is held at one destination. In the caller's transaction, once each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service.clusters import directory
from service.delivery import outbox, results
from service.delivery.alarm import Kind
from service.delivery.results import Results
from service.delivery.setbacks import Hold
from service.errors import Problem
from service.identity import access, accounts
from service.identity.tables import Coordinator
from service.languages import catalogues
from service.letters import brand, render
from service.letters.links import Links
from service.mailings import stops
from service.mailings.tables import Mailing


async def finished(mailing: Mailing, found: Results, *, links: Links, now: datetime) -> None:
    """To whoever scheduled it; figures that do not add up are a defect of ours, which everybody concerned and the operators must see."""
    said = () if found.adds_up else (_unaccounted(found),)
    for coordinator in await (_concerned(mailing, Kind.OURS) if said else _scheduler(mailing)):
        await _write(mailing, coordinator, found, links=links, now=now, what="sent", said=said)


async def paused(mailing: Mailing, found: Results, *, links: Links, now: datetime) -> None:
    """To everybody who can do something about it: the cluster's coordinators, and where the refusals are about us, the operators."""
    kind = Kind(found.reason) if found.reason in set(Kind) else None
    said = (stops.why(kind, **found.figures), stops.advice(kind)) if kind and found.figures else ()
    for coordinator in await _concerned(mailing, kind):
        await _write(mailing, coordinator, found, links=links, now=now, what="paused", said=said)


async def held(mailing: Mailing, hold: Hold, *, links: Links, now: datetime) -> None:
    """The same about one destination, or about a newsletter that was sent already when it turned out so."""
    found = await results.of(dispatch_id=mailing.dispatch_id)
    assert found is not None  # it is held
    advice = stops.advice(hold.kind) if hold.destination else stops.AFTERWARDS
    said = (stops.why(hold.kind, bad=hold.bad, settled=hold.settled), advice)
    for coordinator in await _concerned(mailing, hold.kind):
        await _write(
            mailing,
            coordinator,
            found,
            links=links,
            now=now,
            what="held" if hold.destination else "afterwards",
            said=said,
            destination=hold.destination,
        )


async def _scheduler(mailing: Mailing) -> list[Coordinator]:
    if mailing.scheduled_by is None:
        return []
    coordinator = await accounts.by_id(coordinator_id=mailing.scheduled_by)
    return [coordinator] if coordinator.disabled_at is None else []


async def _concerned(mailing: Mailing, kind: Kind | None) -> list[Coordinator]:
    found = [*await _scheduler(mailing), *await access.members_of(cluster_id=mailing.cluster_id)]
    if kind is Kind.OURS or not found:
        found += await accounts.operators()
    return list({coordinator.id: coordinator for coordinator in found}.values())


def _unaccounted(found: Results) -> Problem:
    return Problem(
        "The figures do not add up: {candidates} people were counted when it started, and {rows} have a row. Please tell the operator.",
        values={"candidates": found.candidates, "rows": sum(found.by_state.values())},
    )


async def _write(
    mailing: Mailing,
    coordinator: Coordinator,
    found: Results,
    *,
    links: Links,
    now: datetime,
    what: str,
    said: Iterable[Problem] = (),
    destination: str = "",
) -> None:
    cluster = await directory.by_id(cluster_id=mailing.cluster_id)
    language = catalogues.translator(coordinator.language)
    letter = await render.letter(
        template="mailing_report",
        language=coordinator.language,
        brand=brand.of(cluster=cluster, links=links, language=coordinator.language),
        values={
            "title": mailing.title,
            "what": what,
            "destination": destination,
            "said": [language.say(sentence) for sentence in said],
            "is_scheduler": coordinator.id == mailing.scheduled_by,
            "url": links.mailing(cluster=cluster.slug, mailing_id=mailing.id),
            **_figures(found),
        },
    )
    copy = outbox.Copy(coordinator.address, coordinator.language, name=coordinator.name)
    about = f"mailing-report:{mailing.id}"
    await outbox.post(cluster=cluster, kind=outbox.Kind.SERVICE, letters=[letter], copies=[copy], about=about, now=now)


def _figures(found: Results) -> dict[str, int]:
    counted = found.by_state
    return {
        "sent": counted.get("sent", 0),
        "failed": counted.get("failed", 0) + counted.get("expired", 0),
        "skipped": counted.get("skipped", 0),
        "waiting": found.open,
    }
