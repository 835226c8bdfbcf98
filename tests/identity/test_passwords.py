"""How passwords are kept and checked."""

from __future__ import annotations

from argon2 import PasswordHasher

from service.identity import passwords


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
