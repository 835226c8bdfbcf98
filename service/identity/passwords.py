"""Keeping and checking passwords: argon2id, off the event loop.

A check takes 64 MiB and some 50 ms of a core, so at most two run at once in a process.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.identity import strength

Made = TypeVar("Made")

_WORKSHOP = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

hasher = PasswordHasher()


async def chosen(password: str, *, known: Iterable[str], field: str = "password") -> str:
    """The hash of a password that somebody chose; raises Refused for a weak one (`strength`)."""
    strength.refuse_weak(password, known=known, field=field)
    return await hashed(password)


async def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return await _apart(hasher.hash, strength.normal(password))


async def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one that was stored; without one it takes the same time and is False."""
    return await _apart(_verify, stored, strength.normal(password)[: strength.LONGEST])


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return hasher.check_needs_rehash(stored)


def _verify(stored: str | None, password: str) -> bool:
    nobodys = _nobodys()  # made before either way, so that the first unknown account takes no longer
    try:
        return hasher.verify(stored or nobodys, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return hasher.hash(secrets.token_urlsafe())


async def _apart(work: Callable[..., Made], *values: Any) -> Made:
    return await asyncio.get_running_loop().run_in_executor(_WORKSHOP, work, *values)
