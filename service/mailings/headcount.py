"""How many people an audience has, per language, counted by the very SQL that is frozen."""

from __future__ import annotations

from service.mailings.audience import Audience
from service.persistence.engine import connection

_COUNTED = "SELECT language, count(*) FROM ({audience}) AS audience GROUP BY language"


async def per_language(audience: Audience) -> dict[str, int]:
    """Language → people."""
    async with connection() as raw:
        rows = await raw.fetch(_COUNTED.format(audience=audience.sql), *audience.args)
    return {row["language"]: row["count"] for row in rows}
