"""The form of a registration, for one person or several: which rows it has, and what was typed in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.errors import Problem
from service.events import party, terms, wording
from service.events.asking import Question
from service.events.form import Form as RegistrationForm
from service.web.edge import Form
from service.web.public import agenda_view, asking_view
from service.web.public.asking_view import Values
from service.web.public.chosen_files import Chosen
from service.web.public.place import Place

BODY = 34_000_000
"""Octets of a form: six files of 5 MB, and what comes round them. Colleagues with more stand on a form that comes back, which keeps what it has."""

_OF_PERSON = re.compile(r"^person\.(\d+)\.")
_ROW = re.compile(r"person\.(\d{1,2})\.name")
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Rows:
    """The people on a form by what their fields begin with, and what was typed. `new`: the row that was just added."""

    people: list[str]
    values: Values
    new: str = ""

    def at(self, problems: Sequence[Problem]) -> list[Problem]:
        """Problems at the fields of their rows: the n-th colleague (`party.prefix`) stands in the n-th row, whatever its number."""
        return [
            replace(problem, field=_OF_PERSON.sub(lambda found: self.people[int(found[1])], problem.field or "")) for problem in problems
        ]


def rows(fields: Form) -> Rows:
    """The form as it was sent."""
    return Rows(_people(fields), asking_view.values(fields))


def pressed(fields: Form) -> Rows | None:
    """The form after a button that adds or removes a colleague; None when another was pressed."""
    what, _, number = fields.text("do").partition(":")
    sent = rows(fields)
    if what == "add-person" and len(sent.people) < party.MOST:
        added = f"person.{max(map(_number, sent.people)) + 1}."
        return Rows([*sent.people, added], sent.values, added)
    if what == "remove-person":
        return Rows([one for one in sent.people if one != f"person.{number}."], sent.values)
    return sent if what == "add-person" else None


def forms(fields: Form, place: Place, questions: Sequence[Question], files: Chosen) -> list[RegistrationForm]:
    """Everybody on the form, whoever filled it in first. What a colleague is not asked, their language and organisation, is that person's."""
    consent = wording.registering(cluster_name=place.cluster.name, language=place.reader.language)
    return [_form(fields, prefix, consent, questions, files) for prefix in _people(fields)]


def _form(fields: Form, prefix: str, consent: str, questions: Sequence[Question], files: Chosen) -> RegistrationForm:
    return RegistrationForm(
        **{name: fields.text(prefix + name, limit=_LONGEST) for name in ("name", "address", "role")},
        organisation=fields.text("organisation", limit=_LONGEST),
        language=fields.text("language"),
        consent_words=consent,
        mode=terms.mode(fields.text(f"{prefix}mode")),
        item_ids=agenda_view.item_ids(fields.texts(f"{prefix}chosen")),
        answers=asking_view.typed(fields, questions, files.of(prefix), prefix),
        needs=asking_view.needs(fields, prefix),
    )


def _people(fields: Form) -> list[str]:
    found = sorted({int(row[1]) for name in fields.names() if (row := _ROW.fullmatch(name))} - {0})
    return ["", *(f"person.{number}." for number in found[: party.MOST])]


def _number(prefix: str) -> int:
    return int(prefix.split(".")[1]) if prefix else 0
