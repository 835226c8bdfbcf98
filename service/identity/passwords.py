"""Passwords: which are good enough ★, and argon2id off the event loop.

Length counts, not composition (NIST SP 800-63B §3.1.1.2): at least 12 characters, of which at least 6 are neither the account's own words
nor the usual ones. A check takes 64 MiB and some 50 ms of a core, so at most two run at once in a process.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import Refused

Made = TypeVar("Made")

SHORTEST = 12
LONGEST = 200

_OWN = 6
_USUAL = ("password", "passwort", "parool", "пароль", "haslo", "hasło", "lozinka", "kutse", "qwertyuiop", "qwerty", "welcome", "letmein")
_RUNS = ("01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz")
_WORKSHOP = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

hasher = PasswordHasher()


def refuse_weak(password: str, *, known: Iterable[str], field: str = "password") -> None:
    """Raises Refused for a password that is short, monotonous, or made of `known` words: the address, the name."""
    password = _normal(password)
    if len(password) < SHORTEST:
        raise Refused("Choose a password of at least {shortest} characters. A few words in a row are good.", field=field, shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("Choose a password of at most {longest} characters.", field=field, longest=LONGEST)
    if len(set(password)) < _OWN or len(_without(password, known)) < _OWN:
        raise Refused("This password is too easy to guess: it is like your name, your address or a very common one.", field=field)


async def chosen(password: str, *, known: Iterable[str], field: str = "password") -> str:
    """The hash of a password that somebody chose; raises Refused for a weak one."""
    refuse_weak(password, known=known, field=field)
    return await hashed(password)


async def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return await _apart(hasher.hash, _normal(password))


async def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one that was stored; without one it takes the same time and is False."""
    return await _apart(_verify, stored or _nobodys(), password) and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return hasher.check_needs_rehash(stored)


def _verify(stored: str, password: str) -> bool:
    try:
        return hasher.verify(stored, _normal(password[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return hasher.hash(secrets.token_urlsafe())


def _normal(password: str) -> str:
    """Keyboards write õ in one or two code points (RFC 8265 §4.2), and a copied password brings a space along."""
    return unicodedata.normalize("NFC", password).strip()


def _without(password: str, known: Iterable[str]) -> str:
    """What is left of a password without the words that anybody would try."""
    rest = password.casefold()
    own = {part for text in known for part in re.split(r"[\s@.]+", text.casefold()) if len(part) > 2}
    for word in sorted({*own, *_USUAL}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return _without_runs(rest)


def _without_runs(text: str) -> str:
    """`12345` and `aaaa` count as one character."""
    kept = text[:1]
    for before, letter in itertools.pairwise(text):
        if letter != before and not any(before + letter in run for run in _RUNS):
            kept += letter
    return kept


async def _apart(work: Callable[..., Made], *values: str) -> Made:
    return await asyncio.get_running_loop().run_in_executor(_WORKSHOP, work, *values)
