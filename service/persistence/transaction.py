"""`transaction()`: what is written inside is written together, and nudges leave after the commit.

Piccolo flattens nested transactions, so that an error caught between them would still commit the inner rows; here an inner
one is a savepoint.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from service.persistence import nudge
from service.persistence.engine import DB

_waiting: ContextVar[list[nudge.Nudge] | None] = ContextVar("nudges_waiting", default=None)


class _TakenBack(Exception):
    """Ends a rehearsal; never seen outside."""


@asynccontextmanager
async def transaction(*, isolation: str | None = None) -> AsyncIterator[None]:
    """One transaction (inside another: a savepoint). `isolation`: e.g. `REPEATABLE READ`, for the outermost only."""
    if DB.current_transaction.get() is not None:
        async with _savepoint():
            yield
        return
    waiting: list[nudge.Nudge] = []
    mark = _waiting.set(waiting)
    try:
        async with DB.transaction() as current:
            if isolation is not None:
                await current.connection.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
            yield
    finally:
        _waiting.reset(mark)
    nudge.send(waiting)


@asynccontextmanager
async def rehearsal() -> AsyncIterator[None]:
    """A transaction that is taken back: what was read inside is what would have been."""
    try:
        async with transaction():
            yield
            raise _TakenBack
    except _TakenBack:
        pass


def required() -> None:
    """For functions that write a part of a larger whole: raises RuntimeError outside a transaction (a defect of ours)."""
    if DB.current_transaction.get() is None:
        raise RuntimeError("this belongs inside a transaction")


def nudge_after_commit(job: str, *, key: str | None = None, delay: float = 0, row: int | None = None) -> None:
    """Ask the worker to run `job` when this transaction has committed; at once when there is none. `delay` in seconds.

    `key`: jobs of one key that still wait are one. `row`: the id of the row it is about. A nudge may be lost: whatever it is about is a row that a sweep finds.
    """
    one = nudge.Nudge(job=job, key=key, delay=delay, row=row)
    waiting = _waiting.get()
    if waiting is None:
        nudge.send([one])
    elif one not in waiting:
        waiting.append(one)


@asynccontextmanager
async def _savepoint() -> AsyncIterator[None]:
    current = DB.current_transaction.get()
    assert current is not None
    savepoint = await current.savepoint()
    try:
        yield
    except BaseException:
        await savepoint.rollback_to()  # type: ignore[no-untyped-call]  # Piccolo leaves it untyped
        raise
    await savepoint.release()  # type: ignore[no-untyped-call]  # Piccolo leaves it untyped
