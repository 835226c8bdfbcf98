"""The clusters of this installation: make one, edit it, find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

import asyncpg
import msgspec

from service.audit import trail
from service.clusters import profile as profiles
from service.clusters import quiet_hours
from service.clusters.profile import Profile
from service.clusters.tables import Cluster, Funding
from service.errors import NotFound, Problem, Refused, Stale
from service.persistence.engine import connection
from service.persistence.transaction import transaction

_CLOCKS = ("quiet_from", "quiet_to")


async def create(*, profile: Profile, now: datetime, actor_id: int | None = None, is_sample: bool = False) -> Cluster:
    """Make a cluster; raises Refused with the problems of the profile, or when the short name is taken."""
    good = profiles.checked(profile)
    cluster = Cluster(**_columns(good), slug=good.slug, is_sample=is_sample, created_at=now)
    try:
        async with transaction():
            await cluster.save()
            await _note("cluster.created", cluster, actor_id=actor_id, now=now)
    except asyncpg.UniqueViolationError as error:
        raise Refused.all([Problem("Another cluster here has this short name. Choose another.", field="slug")]) from error
    return cluster


async def edit(*, cluster_id: int, profile: Profile, version: int, now: datetime, actor_id: int | None) -> Cluster:
    """Change a cluster that was read at `version`; raises Refused, or Stale when somebody was faster.

    The slug stays what it was: it stands in links that lie in people's mailboxes.
    """
    async with transaction():
        cluster = await _locked(cluster_id, version)
        good = profiles.checked(replace(profile, slug=cluster.slug))
        changed = [name for name, value in _columns(good).items() if value != _stored(cluster, name)]
        await Cluster.update(**_columns(good), version=version + 1).where(Cluster.id == cluster_id)
        await _note("cluster.edited", cluster, actor_id=actor_id, now=now, details={"changed": changed})
    return await by_id(cluster_id=cluster_id)


async def by_slug(*, slug: str) -> Cluster:
    """The cluster with this short name; raises NotFound."""
    return _found(await Cluster.objects().where(Cluster.slug == slug).first())


async def by_id(*, cluster_id: int) -> Cluster:
    """The cluster with this id; raises NotFound."""
    return _found(await Cluster.objects().where(Cluster.id == cluster_id).first())


async def all() -> list[Cluster]:
    """Every cluster, by name."""
    return sorted(await Cluster.objects(), key=lambda cluster: cluster.name.casefold())


async def quiet(*, now: datetime) -> list[int]:
    """The ids of the clusters whose quiet hours it is."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT id, zone, quiet_from, quiet_to FROM cluster WHERE quiet_from IS NOT NULL")
    return [row["id"] for row in rows if quiet_hours.until(now=now, zone=row["zone"], begins=row["quiet_from"], ends=row["quiet_to"])]


def quiet_until(cluster: Cluster, *, now: datetime) -> datetime | None:
    """When the cluster's quiet hours end, if it is in them."""
    return quiet_hours.until(now=now, zone=cluster.zone, begins=cluster.quiet_from, ends=cluster.quiet_to)


def profile(cluster: Cluster) -> Profile:
    """The cluster as its form or command states it: what an edit starts from."""
    values = {name: getattr(cluster, name) for name in Profile.__dataclass_fields__}
    clocks = {name: values[name].strftime("%H:%M") if values[name] else "" for name in _CLOCKS}
    return Profile(**{**values, **clocks, "languages": tuple(cluster.languages), "about": about(cluster)})


def about(cluster: Cluster) -> dict[str, str]:
    """The cluster's words about itself: language → Markdown."""
    return texts(cluster.about)


def acknowledgement(funding: Funding) -> dict[str, str]:
    """The sentence that a funder asks for: language → sentence."""
    return texts(funding.acknowledgement)


def texts(stored: str | Mapping[str, str]) -> dict[str, str]:
    """A JSONB map of texts as Piccolo gives it (text from the database, a map on a row just made)."""
    return msgspec.json.decode(stored, type=dict[str, str]) if isinstance(stored, str) else dict(stored)


async def _locked(cluster_id: int, version: int) -> Cluster:
    cluster = _found(await Cluster.objects().where(Cluster.id == cluster_id).lock_rows("UPDATE").first())
    if cluster.version != version:
        raise Stale("Somebody else changed these settings while you had them open. Load the page again and repeat your change.")
    return cluster


def _found(cluster: Cluster | None) -> Cluster:
    if cluster is None:
        raise NotFound("There is no such cluster here.")
    return cluster


def _columns(profile: Profile) -> dict[str, Any]:
    """What an edit may change."""
    values = {name: getattr(profile, name) for name in Profile.__dataclass_fields__ if name != "slug"}
    clocks = {name: time.fromisoformat(values[name]) if values[name] else None for name in _CLOCKS}
    return {**values, **clocks, "languages": list(profile.languages), "about": dict(profile.about)}


def _stored(cluster: Cluster, name: str) -> Any:
    return about(cluster) if name == "about" else getattr(cluster, name)


async def _note(action: str, cluster: Cluster, *, actor_id: int | None, now: datetime, details: dict[str, Any] | None = None) -> None:
    await trail.record(
        action=action, subject_kind="cluster", subject_id=cluster.id, cluster_id=cluster.id, actor_id=actor_id, now=now, details=details
    )
