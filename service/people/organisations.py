"""The directory's organisations: found by what somebody typed, added when a coordinator says so."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from service.errors import NotFound, Refused
from service.people.tables import Organisation
from service.persistence.engine import connection

LONGEST_NAME = 200
LONGEST_CODE = 40

_LEGAL_FORMS = frozenset(
    (
        *("oü", "ou", "as", "mtü", "mtu", "sa", "fie", "tü", "uü", "osaühing", "aktsiaselts", "mittetulundusühing", "sihtasutus"),
        *("ооо", "ао", "оао", "зао", "ип", "нко", "ано"),
        *("spzoo", "spk", "spj", "fundacja", "stowarzyszenie"),
        *("doo", "ad", "nvo"),
        *("ltd", "limited", "inc", "llc", "plc", "gmbh", "ag", "oy", "oyj", "ab", "sia", "uab", "ngo"),
    )
)
_CODE = re.compile(r"[0-9][0-9 .-]{4,18}[0-9]")


def fold(name: str) -> str:
    """The name as it is compared ★: case, punctuation, accents' ways of writing and legal forms (OÜ, sp. z o.o., d.o.o., Ltd) don't matter.

    A name that is nothing but a legal form stays as it is; without a letter or digit it is empty.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    joined = re.sub(r"\bsp\.? ?z ?o\.? ?o\b\.?|\bd\.? ?o\.? ?o\b\.?|\ba\.? ?d\b\.?", lambda found: re.sub(r"\W", "", found[0]), plain)
    words = re.findall(r"[^\W_]+", joined)
    return " ".join([word for word in words if word not in _LEGAL_FORMS] or words)[:300]


def code_in(text: str) -> str:
    """The registry code that stands in what was typed ★, alone or beside the name; empty without one."""
    found = _CODE.search(text)
    return re.sub(r"\D", "", found[0]) if found else ""


async def match(*, cluster_id: int, typed: str) -> Organisation | None:
    """The organisation that somebody means: by registry code, else by its folded name; None when there is none, or more than one of that name."""
    if not typed:
        return None
    async with connection() as raw:
        rows = await raw.fetch(_MATCH, cluster_id, code_in(typed), fold(typed))
    return None if len(rows) != 1 else await by_id(cluster_id=cluster_id, organisation_id=rows[0]["id"])


async def by_id(*, cluster_id: int, organisation_id: int) -> Organisation:
    """The organisation; raises NotFound for one of another cluster too."""
    found = await Organisation.objects().where((Organisation.id == organisation_id) & (Organisation.cluster_id == cluster_id)).first()
    if found is None:
        raise NotFound("This organisation is not in the directory any more.")
    return found


async def similar(*, cluster_id: int, typed: str, limit: int = 5) -> list[Organisation]:
    """Organisations that share a word of at least four letters with what was typed: which of them could be meant."""
    words = [word for word in fold(typed).split() if len(word) > 3]
    if not words:
        return []
    async with connection() as raw:
        rows = await raw.fetch(_SIMILAR, cluster_id, words, limit)
    found = await Organisation.objects().where(Organisation.id.is_in([row["id"] for row in rows])) if rows else []
    return sorted(found, key=lambda one: [row["id"] for row in rows].index(one.id))


async def named(*, cluster_id: int) -> list[tuple[int, str]]:
    """Id and name of everything in the directory, by name."""
    async with connection() as raw:
        rows = await raw.fetch("SELECT id, name FROM organisation WHERE cluster_id = $1 ORDER BY lower(name), id LIMIT 2000", cluster_id)
    return [(row["id"], row["name"]) for row in rows]


async def add(*, cluster_id: int, name: str, registry_code: str = "", town: str = "", now: datetime) -> Organisation:
    """A new one, no member yet. Raises Refused for a name that is missing or too long, and for a registry code that another one has."""
    name, registry_code = " ".join(name.split()), re.sub(r"\s", "", registry_code)
    _refuse_bad(name, registry_code)
    async with connection() as raw:
        organisation_id = await raw.fetchval(_ADD, cluster_id, name, fold(name), registry_code, town, now)
    if organisation_id is None:
        raise Refused("Another organisation in the directory has this registry code.", field="registry_code")
    return await by_id(cluster_id=cluster_id, organisation_id=organisation_id)


def _refuse_bad(name: str, registry_code: str) -> None:
    if not fold(name):
        raise Refused("Write the name of the organisation.", field="name")
    if len(name) > LONGEST_NAME:
        raise Refused("Write at most {longest} characters.", field="name", longest=LONGEST_NAME)
    if len(registry_code) > LONGEST_CODE or not registry_code.isprintable():
        raise Refused("Write at most {longest} characters.", field="registry_code", longest=LONGEST_CODE)


_MATCH = """
SELECT id FROM organisation WHERE cluster_id = $1 AND registry_code <> '' AND registry_code = $2
UNION ALL
SELECT id FROM organisation WHERE cluster_id = $1 AND folded_name = $3 AND $3 <> '' AND NOT EXISTS (
    SELECT FROM organisation WHERE cluster_id = $1 AND registry_code <> '' AND registry_code = $2
)
"""

_SIMILAR = """
SELECT o.id FROM organisation o WHERE o.cluster_id = $1 AND string_to_array(o.folded_name, ' ') && $2::text[]
ORDER BY (SELECT count(*) FROM unnest(string_to_array(o.folded_name, ' ')) word WHERE word = ANY ($2)) DESC, o.name LIMIT $3
"""

_ADD = """
INSERT INTO organisation (cluster_id, name, folded_name, registry_code, town, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (cluster_id, registry_code) WHERE registry_code <> '' DO NOTHING RETURNING id
"""
