"""The language a person chose for their letters ★."""

from __future__ import annotations

from collections.abc import Sequence

from service.errors import Refused


def checked(language: str, offered: Sequence[str], *, field: str = "language") -> str:
    """The language, if it is one of `offered`; raises Refused, at `field`, otherwise."""
    if language not in offered:
        raise Refused("Choose one of the languages.", field=field)
    return language
