"""Merge fields ★: the few `{fields}` a coordinator may write, and the sentence about every other.

A field in braces becomes a slot that the road out fills for each copy. A brace that stands alone is a brace; a slot that somebody typed is
refused like an unknown field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.errors import Problem
from service.letters import slots

FIELDS = ("name", "greeting")

_BRACED = re.compile(r"\{+[^{}\n]*\}+")
_KNOWN = {f"{{{field}}}": field for field in FIELDS}


def problems(text: str, *, field: str) -> Iterator[Problem]:
    """One problem for each braced thing that is no field of ours; `field` is the form field that `text` came from."""
    for found in dict.fromkeys([*_BRACED.findall(text), *map(slots.slot, slots.names_in(text))]):
        if found not in _KNOWN:
            yield Problem("{unknown} is not a field. You can use {fields}.", field, {"unknown": found, "fields": ", ".join(_KNOWN)})


def to_slots(text: str) -> str:
    """The text with its fields as slots."""
    return _BRACED.sub(lambda found: slots.slot(_KNOWN[found[0]]) if found[0] in _KNOWN else found[0], text)
