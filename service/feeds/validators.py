"""Validators: what tells a calendar whether its feed has changed. One statement each, because calendars ask far more often than anything changes.

A validator is made of all that the bytes depend on: the cluster's version, the month (what is over leaves a feed by the month), this release and the site's address.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version

from service.feeds.selection import month
from service.persistence.engine import connection


@dataclass(frozen=True, slots=True)
class Validator:
    """`tag`: the strong entity tag (RFC 9110 §8.8.3), quotes and all. `changed_at`: whole seconds; None where no moment tells as much."""

    tag: str
    changed_at: datetime | None


async def of_cluster(*, slug: str, language: str, site_url: str, now: datetime) -> Validator | None:
    """Of a cluster's feeds in one of its languages; None when there is no such cluster, or it does not speak the language."""
    async with connection() as raw:
        return _validator(await raw.fetchval(_CLUSTER, slug, language), site_url, now)


async def of_person(*, person_id: int, site_url: str, now: datetime) -> Validator | None:
    """Of a person's own feed; None when they are unknown or erased."""
    async with connection() as raw:
        found = _validator(await raw.fetchval(_PERSON, person_id), site_url, now)
    return found and replace(found, changed_at=None)


def _validator(found: str | None, site_url: str, now: datetime) -> Validator | None:
    if found is None:
        return None
    seconds, _, state = found.partition(" ")
    changed = max(datetime.fromtimestamp(int(seconds), UTC), month(now))
    return Validator(f'"{state}-{now.year}{now.month:02}-{_edition(site_url)}"', changed)


@cache
def _edition(site_url: str) -> str:
    return hashlib.sha256(f"{version('kutse')} {site_url}".encode()).hexdigest()[:8]


_CLUSTER = """
SELECT extract(epoch FROM f.changed_at)::bigint || ' ' || f.version
FROM cluster c JOIN feed_version f ON f.cluster_id = c.id WHERE c.slug = $1 AND $2 = ANY (c.languages)
"""

_PERSON = """
SELECT extract(epoch FROM f.changed_at)::bigint || ' ' || f.version || '-' || left(md5(concat(p.language, (
    SELECT string_agg(i.id || i.state, ' ' ORDER BY i.id) FROM invitation i JOIN registration r ON r.id = i.registration_id WHERE r.person_id = p.id
))), 12)
FROM person p JOIN feed_version f ON f.cluster_id = p.cluster_id WHERE p.id = $1 AND p.erased_at IS NULL
"""
