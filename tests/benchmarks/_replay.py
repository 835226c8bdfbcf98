"""What a registration says to PostgreSQL, written down once and said again for other people: the floor of `registration`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from service.persistence import engine

FIRST = 1_000_000
"""Each table's ids begin at a million of its own, so that a number tells whose id it is."""

_TABLES = ("person", "registration", "dispatch", "letter", "invitation", "delivery")
_NUMBER = re.compile(r"(?<![\w.])([1-9]\d{6})(?![\w.])")


@dataclass
class Recording:
    """The statements of one registration with their values, in order. `own`: the values that are this person's own."""

    own: set[str] = field(default_factory=set)
    said: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def log(self, record: asyncpg.connection.LoggedQuery) -> None:
        """What asyncpg calls for every statement."""
        self.said.append((record.query, tuple(record.args)))

    async def replay(self, raw: Any, number: int) -> None:
        """Say it all again for somebody else."""
        ids: dict[int, int] = {}
        for query, values in self.said:
            rows = await raw.fetch(query, *(self._theirs(value, number, ids) for value in values)) if values else await raw.execute(query)
            if isinstance(rows, list):
                ids |= {_table(found): found for row in rows for cell in row for found in _numbers(cell)}

    def _theirs(self, value: Any, number: int, ids: Mapping[int, int]) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return ids.get(_table(value), value) if value > FIRST else value
        if isinstance(value, str):
            return f"{number:06d}{value[6:]}" if value in self.own else value
        if isinstance(value, list):
            return [self._theirs(one, number, ids) for one in value]
        return value


async def spread_ids() -> None:
    """Let each table's ids begin at a million of its own."""
    async with engine.connection() as raw:
        for place, table in enumerate(_TABLES, start=1):
            await raw.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {place * FIRST + 1}")


def _table(number: int) -> int:
    return number // FIRST


def _numbers(cell: Any) -> Sequence[int]:
    if isinstance(cell, int) and not isinstance(cell, bool):
        return [cell] if cell > FIRST else []
    return [int(found) for found in _NUMBER.findall(cell)] if isinstance(cell, str) else []
