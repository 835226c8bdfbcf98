"""Who a cluster knows, by address. `ensure` adds the unknown and never changes the known; `describe` is the person's own change."""

from __future__ import annotations

from datetime import datetime

from piccolo.columns.combination import And

from service.people.tables import Person
from service.persistence.engine import connection

# A row that is there already is left as it is.
_ID = "SELECT id FROM person WHERE cluster_id = $1 AND lower(address) = lower($2)"


_ENSURE = """
WITH known AS (SELECT id FROM person WHERE cluster_id = $1 AND lower(address) = lower($2)), added AS (
    INSERT INTO person (cluster_id, address, name, language, created_at)
    SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT FROM known)
    ON CONFLICT (cluster_id, lower(address)) DO NOTHING RETURNING id
)
SELECT id FROM known UNION ALL SELECT id FROM added
"""


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
    person = await by_id(person_id=await ensure_id(cluster_id=cluster_id, address=address, name=name, language=language, now=now))
    assert person is not None, "added just now, or there before"
    return person


async def ensure_id(*, cluster_id: int, address: str, name: str, language: str, now: datetime) -> int:
    """The same, for whoever needs no more than the person's id."""
    async with connection() as raw:
        # Added by somebody else while this one waited: there, but not yet for the statement that waited.
        found: int = await raw.fetchval(_ENSURE, cluster_id, address, name, language, now) or await raw.fetchval(_ID, cluster_id, address)
    return found


async def lock(*, person_id: int) -> Person | None:
    """The person, locked until the transaction ends: what is written about one person is written in turn. None when unknown or erased."""
    return await Person.objects().where(_is(person_id)).lock_rows("UPDATE").first()


async def describe(*, person_id: int, name: str, language: str) -> None:
    """Write the name and language that the person chose behind a signed link."""
    await Person.update({Person.name: name, Person.language: language}).where(Person.id == person_id)


async def erase(*, person_id: int, now: datetime) -> None:
    """Empty the row, which stays for what counts it; the address is free for a stranger."""
    async with connection() as raw:
        await raw.execute("DELETE FROM affiliation WHERE person_id = $1", person_id)
        await raw.execute("UPDATE person SET name = '', address = 'erased-' || id, erased_at = $2 WHERE id = $1", person_id, now)


async def disown(*, person_id: int, since: datetime) -> None:
    """Forget the name of somebody whom another person wrote down at `since`, if that was how they came into the directory."""
    await Person.update({Person.name: ""}).where((Person.id == person_id) & (Person.created_at == since))


def _is(person_id: int) -> And:
    return (Person.id == person_id) & Person.erased_at.is_null()
