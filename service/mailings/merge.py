"""Merge fields ★ of newsletters: what of each reader's own a coordinator may write."""

from __future__ import annotations

from collections.abc import Iterator

from service.errors import Problem
from service.letters import merge

FIELDS = ("name", "greeting")


def problems(text: str, *, field: str) -> Iterator[Problem]:
    """One problem for each braced thing that is no field of ours; `field` is the form field that `text` came from."""
    return merge.problems(text, field=field, known=FIELDS)


def to_slots(text: str) -> str:
    """The text with its fields as slots."""
    return merge.to_slots(text, known=FIELDS)
