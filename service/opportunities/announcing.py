"""Write a call down, change it, publish it, close it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import NotFound, Stale
from service.languages import choice, slugs
from service.opportunities import facts as typed
from service.opportunities import opportunity
from service.opportunities.facts import Facts
from service.opportunities.opportunity import Act, State
from service.persistence.engine import connection
from service.persistence.transaction import transaction


async def create(*, cluster: Cluster, facts: Facts, now: datetime, actor_id: int | None = None) -> int:
    """Add a draft and return its id; raises Refused with every problem. The address (slug) is made from the title and stays."""
    facts = typed.checked(facts, languages=cluster.languages)
    async with transaction(), connection() as raw:
        # One at a time per cluster, so that two drafts of one title get two slugs.
        await raw.fetchval("SELECT id FROM cluster WHERE id = $1 FOR NO KEY UPDATE", cluster.id)
        wanted = slugs.slug(choice.pick(facts.title, cluster.languages[0], cluster.languages)) or "call"
        rows = await raw.fetch("SELECT slug FROM call WHERE cluster_id = $1 AND starts_with(slug, $2)", cluster.id, wanted)
        slug = slugs.free(wanted, {row["slug"] for row in rows})
        call_id: int = await raw.fetchval(_INSERT, *_columns(facts), cluster.id, slug, now)
        await _write_cutoffs(call_id, facts)
        await _note("call.created", cluster.id, call_id, actor_id, now)
    return call_id


async def edit(*, cluster: Cluster, call_id: int, facts: Facts, version: int, now: datetime, actor_id: int | None = None) -> None:
    """Write new facts; raises Refused, NotFound, or Stale when the call's version is not `version` any more."""
    facts = typed.checked(facts, languages=cluster.languages)
    async with transaction(), connection() as raw:
        _, current = await _locked(cluster.id, call_id)
        if current != version:
            raise Stale("Somebody else has changed this call meanwhile. Load it again, then make your changes.")
        await raw.execute(_UPDATE, *_columns(facts), call_id, now)
        await raw.execute("DELETE FROM cutoff WHERE call_id = $1", call_id)
        await _write_cutoffs(call_id, facts)
        await _note("call.edited", cluster.id, call_id, actor_id, now)


async def decide(*, cluster: Cluster, call_id: int, act: Act, now: datetime, actor_id: int | None = None) -> None:
    """Publish, close or reopen; raises Refused when it makes no sense now."""
    async with transaction(), connection() as raw:
        state, _ = await _locked(cluster.id, call_id)
        decided = opportunity.after(state, act)
        await raw.execute(
            "UPDATE call SET state = $2, published_at = coalesce(published_at, $3), changed_at = $3, version = version + 1 WHERE id = $1",
            call_id,
            decided.value,
            now,
        )
        await _note(f"call.{decided.value}", cluster.id, call_id, actor_id, now)


async def _locked(cluster_id: int, call_id: int) -> tuple[State, int]:
    async with connection() as raw:
        row = await raw.fetchrow("SELECT state, version FROM call WHERE cluster_id = $1 AND id = $2 FOR UPDATE", cluster_id, call_id)
    if row is None:
        raise NotFound("There is no such funding call here.")
    return State(row["state"]), row["version"]


async def _write_cutoffs(call_id: int, facts: Facts) -> None:
    async with connection() as raw:
        await raw.executemany(
            "INSERT INTO cutoff (call_id, at, zone, label) VALUES ($1, $2, $3, $4)",
            [(call_id, one.at, one.zone, _json(one.label)) for one in facts.cutoffs],
        )


def _columns(facts: Facts) -> tuple[Any, ...]:
    texts = (_json(getattr(facts, name)) for name in ("title", "summary", "body", "amount"))
    return (*texts, facts.funder, facts.programme_url, facts.opens_at)


def _json(texts: dict[str, str]) -> str:
    return msgspec.json.encode(texts).decode()


async def _note(action: str, cluster_id: int, call_id: int, actor_id: int | None, now: datetime) -> None:
    await trail.record(action=action, subject_kind="call", subject_id=call_id, cluster_id=cluster_id, actor_id=actor_id, now=now)


_NAMES = "title, summary, body, amount, funder, programme_url, opens_at"
_INSERT = f"INSERT INTO call ({_NAMES}, cluster_id, slug, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) RETURNING id"  # noqa: S608  # our own names
_UPDATE = f"UPDATE call SET ({_NAMES}, changed_at, version) = ROW ($1, $2, $3, $4, $5, $6, $7, $9, version + 1) WHERE id = $8"  # noqa: S608  # our own names
