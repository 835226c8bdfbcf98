"""Which passwords are good enough."""

from __future__ import annotations

import pytest

from service.errors import Refused
from service.identity import strength

KNOWN = ("kadri.kask@loomeklaster.example.org", "Kadri Kask")


@pytest.mark.parametrize("password", ["", "short", "elevenchars"])
def test_fewer_than_twelve_characters_are_refused(password: str) -> None:
    with pytest.raises(Refused, match="at least"):
        strength.refuse_weak(password, known=KNOWN)


def test_an_endless_password_is_refused() -> None:
    with pytest.raises(Refused, match="at most"):
        strength.refuse_weak("ab cd ef " * 100, known=KNOWN)


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
        strength.refuse_weak(password, known=KNOWN)


@pytest.mark.parametrize(
    "password", ["viis valget hobust", "пять белых лошадей", "correcthorsebattery", "Xk3!vQ9#mL2$", "kadri armastab musta leiba"]
)
def test_length_counts_and_not_composition(password: str) -> None:
    strength.refuse_weak(password, known=KNOWN)
