"""The projects that pay for what a cluster does, and the sentence each must be thanked with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from service.audit import trail
from service.clusters.tables import Funding
from service.errors import NotFound, Problem, Refused
from service.persistence.transaction import transaction


@dataclass(frozen=True, slots=True)
class Draft:
    """A funding as its form states it. `code`: the project's number; `acknowledgement`: language → sentence."""

    title: str
    funder: str
    code: str = ""
    acknowledgement: Mapping[str, str] = field(default_factory=dict)
    logo_digest: str | None = None


async def of(*, cluster_id: int) -> list[Funding]:
    """The cluster's fundings, by title."""
    return await Funding.objects().where(Funding.cluster_id == cluster_id).order_by(Funding.title)


async def by_id(*, cluster_id: int, funding_id: int) -> Funding:
    """One funding of this cluster; raises NotFound for another's."""
    funding = await Funding.objects().where((Funding.id == funding_id) & (Funding.cluster_id == cluster_id)).first()
    if funding is None:
        raise NotFound("There is no such funding here.")
    return funding


async def create(*, cluster_id: int, draft: Draft, now: datetime, actor_id: int | None = None) -> Funding:
    """Add a funding; raises Refused."""
    funding = Funding(cluster_id=cluster_id, **_columns(draft))
    async with transaction():
        await funding.save()
        await _note("funding.created", cluster_id, funding.id, actor_id, now)
    return funding


async def edit(*, cluster_id: int, funding_id: int, draft: Draft, now: datetime, actor_id: int | None) -> None:
    """Change a funding; raises Refused or NotFound."""
    columns = _columns(draft)
    async with transaction():
        await by_id(cluster_id=cluster_id, funding_id=funding_id)
        await Funding.update(**columns).where(Funding.id == funding_id)
        await _note("funding.edited", cluster_id, funding_id, actor_id, now)


async def remove(*, cluster_id: int, funding_id: int, now: datetime, actor_id: int | None) -> None:
    """Take a funding away; raises Refused while an event or a mailing still names it."""
    try:
        async with transaction():
            funding = await by_id(cluster_id=cluster_id, funding_id=funding_id)
            await funding.remove()
            await _note("funding.removed", cluster_id, funding_id, actor_id, now)
    except asyncpg.ForeignKeyViolationError as error:
        raise Refused("An event or a mailing still names this funding. Choose another one there first.") from error


def _columns(draft: Draft) -> dict[str, Any]:
    columns = {
        "title": " ".join(draft.title.split()),
        "funder": " ".join(draft.funder.split()),
        "code": " ".join(draft.code.split()),
        "acknowledgement": {language: " ".join(text.split()) for language, text in draft.acknowledgement.items() if text.strip()},
        "logo_digest": draft.logo_digest,
    }
    if problems := list(_problems(columns)):
        raise Refused.all(problems)
    return columns


def _problems(columns: dict[str, Any]) -> Iterator[Problem]:
    if not columns["title"]:
        yield Problem("Write what the project is called.", field="title")
    if not columns["funder"]:
        yield Problem("Write who pays.", field="funder")
    for name, longest in (("title", 200), ("funder", 200), ("code", 60)):
        if len(columns[name]) > longest:
            yield Problem("Write at most {longest} characters.", field=name, values={"longest": longest})
    for language, text in columns["acknowledgement"].items():
        if len(text) > 1000:
            yield Problem("Write at most {longest} characters.", field=f"acknowledgement.{language}", values={"longest": 1000})


async def _note(action: str, cluster_id: int, funding_id: int, actor_id: int | None, now: datetime) -> None:
    await trail.record(action=action, subject_kind="funding", subject_id=funding_id, cluster_id=cluster_id, actor_id=actor_id, now=now)
