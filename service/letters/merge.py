"""Merge fields ★: the few `{fields}` a coordinator may write, and the sentence about every other.

A field in braces becomes the slot of its name, which is filled for each copy. A brace that stands alone is a brace; a slot that somebody typed is
refused like an unknown field.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from service.errors import Problem
from service.letters import slots

_BRACED = re.compile(r"\{+[^{}\n]*\}+")


def problems(text: str, *, field: str, known: Collection[str]) -> Iterator[Problem]:
    """One problem for each braced thing that is no field of `known`; `field` is the form field that `text` came from."""
    braced = [f"{{{name}}}" for name in known]
    for found in dict.fromkeys([*_BRACED.findall(text), *map(slots.slot, sorted(slots.names_in(text)))]):
        if found not in braced:
            yield Problem("{unknown} is not a field. You can use {fields}.", field, {"unknown": found, "fields": ", ".join(braced)})


def to_slots(text: str, *, known: Collection[str]) -> str:
    """The text with its fields as slots."""
    return _BRACED.sub(lambda found: slots.slot(found[0][1:-1]) if found[0][1:-1] in known else found[0], text)


def to_fields(text: str) -> str:
    """The text with its slots as fields: what of ours a coordinator gets to see."""
    pieces = slots.split(text)
    return "".join(f"{{{piece}}}" if number % 2 else piece for number, piece in enumerate(pieces))
