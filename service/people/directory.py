"""Who a cluster knows, by address. `ensure` adds the unknown and never changes the known; `describe` is the person's own change."""

from __future__ import annotations

from datetime import datetime

from piccolo.columns.combination import And

from service.people.tables import Person
from service.persistence.engine import connection

# A row that is there already is left as it is, and is then found: whoever came second sees the first one's commit.
_ADD = """
INSERT INTO person (cluster_id, address, name, language, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (cluster_id, lower(address)) DO NOTHING
"""
_ID = "SELECT id FROM person WHERE cluster_id = $1 AND lower(address) = lower($2)"


async def find(*, cluster_id: int, address: str) -> Person | None:
    """The person with this (normalised) address, in any case; None when unknown."""
    async with connection() as raw:
        person_id = await raw.fetchval(_ID, cluster_id, address)
    return None if person_id is None else await by_id(person_id=person_id)


async def by_id(*, person_id: int) -> Person | None:
    """The person; None when unknown or erased."""
    return await Person.objects().where(_is(person_id)).first()


async def ensure(*, cluster_id: int, address: str, name: str, language: str, now: datetime) -> Person:
    """The person with this (normalised) address, added if unknown. An existing record stays as it is."""
    async with connection() as raw:
        await raw.execute(_ADD, cluster_id, address, name, language, now)
    person = await find(cluster_id=cluster_id, address=address)
    assert person is not None, "added just now, or there before"
    return person


async def lock(*, person_id: int) -> Person | None:
    """The person, locked until the transaction ends: what is written about one person is written in turn. None when unknown or erased."""
    return await Person.objects().where(_is(person_id)).lock_rows("UPDATE").first()


async def describe(*, person_id: int, name: str, language: str) -> None:
    """Write the name and language that the person chose behind a signed link."""
    await Person.update({Person.name: name, Person.language: language}).where(Person.id == person_id)


async def disown(*, person_id: int, since: datetime) -> None:
    """Forget the name of somebody whom another person wrote down at `since`, if that was how they came into the directory."""
    await Person.update({Person.name: ""}).where((Person.id == person_id) & (Person.created_at == since))


def _is(person_id: int) -> And:
    return (Person.id == person_id) & Person.erased_at.is_null()
