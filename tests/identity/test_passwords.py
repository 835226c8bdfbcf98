"""Which passwords are good enough, and how they are kept."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from service.errors import Refused
from service.identity import passwords

KNOWN = ("kadri.kask@loomeklaster.example.org", "Kadri Kask")


@pytest.mark.parametrize("password", ["", "short", "elevenchars"])
def test_fewer_than_twelve_characters_are_refused(password: str) -> None:
    with pytest.raises(Refused, match="at least"):
        passwords.refuse_weak(password, known=KNOWN)


def test_an_endless_password_is_refused() -> None:
    with pytest.raises(Refused, match="at most"):
        passwords.refuse_weak("ab cd ef " * 100, known=KNOWN)


@pytest.mark.parametrize(
    "password",
    [
        "kadri.kask@loomeklaster.example.org",
        "Kadri Kask 2026",
        "KADRI-KASK-12",
        "loomeklaster1",
        "aaaaaaaaaaaaaaaa",
        "abababababab",
        "123456789012",
        "abcdefghijklmn",
        "password1234",
        "qwertyuiop12",
        "KutseKutse2026"[:13],
    ],
)
def test_what_anybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(Refused, match="too easy"):
        passwords.refuse_weak(password, known=KNOWN)


@pytest.mark.parametrize(
    "password", ["viis valget hobust", "пять белых лошадей", "correcthorsebattery", "Xk3!vQ9#mL2$", "kadri armastab musta leiba"]
)
def test_length_counts_and_not_composition(password: str) -> None:
    passwords.refuse_weak(password, known=KNOWN)


async def test_a_password_matches_its_own_hash_only() -> None:
    stored = await passwords.hashed("viis valget hobust")
    assert stored.startswith("$argon2id$")
    assert await passwords.matches(stored, "viis valget hobust")
    assert not await passwords.matches(stored, "viis musta hobust")


async def test_without_a_stored_password_nothing_matches() -> None:
    assert not await passwords.matches(None, "viis valget hobust")
    assert not await passwords.matches("not a hash", "viis valget hobust")


async def test_an_accent_typed_in_two_strokes_is_the_same_accent() -> None:
    assert await passwords.matches(await passwords.hashed("õõõõõõ öine linn"), "o\u0303" * 6 + " o\u0308ine linn")


def test_a_hash_of_weaker_parameters_is_outdated() -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=16).hash("viis valget hobust")
    assert passwords.is_outdated(weaker)
    assert not passwords.is_outdated(passwords.hasher.hash("viis valget hobust"))
