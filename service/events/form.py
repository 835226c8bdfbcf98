"""The registration form ★: what somebody says about themselves, checked and folded."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.errors import Problem, Refused, problems_of
from service.events.asking import NOTHING, Typed
from service.events.needs import NONE, Needs
from service.events.terms import Mode
from service.people import addresses, names

_LONGEST = {"organisation": 200, "role": 120}


@dataclass(frozen=True, slots=True)
class Form:
    """A registration as typed. `consent_words`: the words that stood at the button, in `language`; empty when a coordinator typed it.
    `item_ids`: what they chose from the agenda. `answers` and `needs`: to what the event asks.
    """

    name: str
    address: str
    language: str
    organisation: str = ""
    role: str = ""
    consent_words: str = ""
    mode: Mode = Mode.ROOM
    item_ids: tuple[int, ...] = ()
    answers: Typed = NOTHING
    needs: Needs = NONE


def checked(form: Form, *, languages: Sequence[str]) -> Form:
    """The form, normalised; raises Refused with every problem."""
    problems = [
        *problems_of(names.normalise, form.name, required=True),
        *problems_of(addresses.normalise, form.address),
        *(problem for field in _LONGEST for problem in problems_of(_line, getattr(form, field), field)),
        *([] if form.language in languages else [Problem("Choose one of these languages.", "language")]),
    ]
    if problems:
        raise Refused.all(problems)
    return replace(
        form,
        name=names.normalise(form.name, required=True),
        address=addresses.normalise(form.address),
        organisation=_line(form.organisation, "organisation"),
        role=_line(form.role, "role"),
    )


def fold(name: str) -> str:
    """The name as it is compared: two ways of writing one name are one person at one address."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _line(text: str, field: str) -> str:
    line = " ".join(text.split())
    if len(line) > _LONGEST[field]:
        raise Refused.all([Problem("Write at most {longest} characters.", field, {"longest": _LONGEST[field]})])
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in line):
        raise Refused("There is a character in it that cannot be kept. Type it again.", field=field)
    return line
