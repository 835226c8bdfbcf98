"""Which passwords are good enough ★: length counts, not composition (NIST SP 800-63B §3.1.1.2).

At least 12 characters, of which at least 6 are neither the account's own words nor the usual ones.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable

from service.errors import Refused

SHORTEST = 12
LONGEST = 200

_OWN = 6
_USUAL = ("password", "passwort", "parool", "пароль", "haslo", "hasło", "lozinka", "kutse", "qwertyuiop", "qwerty", "welcome", "letmein")
_RUNS = ("01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz")


def refuse_weak(password: str, *, known: Iterable[str], field: str = "password") -> None:
    """Raises Refused for a password that is short, monotonous, or made of `known` words: the address, the name."""
    password = normal(password)
    if len(password) < SHORTEST:
        raise Refused("Choose a password of at least {shortest} characters. A few words in a row are good.", field=field, shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("Choose a password of at most {longest} characters.", field=field, longest=LONGEST)
    if len(set(password)) < _OWN or len(_without(password, known)) < _OWN:
        raise Refused("This password is too easy to guess: it is like your name, your address or a very common one.", field=field)


def normal(password: str) -> str:
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
