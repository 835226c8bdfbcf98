"""The form of what an event asks: from fields to drafts and back. A question keeps its place in the list in the names of its fields."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.errors import Problem, Refused
from service.events import questionnaire
from service.events.asking import Kind, Question
from service.events.questionnaire import Draft
from service.languages.catalogues import translator
from service.languages.choice import pick
from service.web.edge import Form

_LONGEST = 20_000
_TEXTS = ("label", "help", "options")
_ROW = re.compile(r"questions\.(\d{1,3})\.kind")


def drafts(posted: Form, languages: Sequence[str], known: Sequence[Question]) -> tuple[list[Draft], list[Problem]]:
    """What was typed, in order, and what could not be read."""
    options = {question.id: question.options for question in known}
    rows = sorted(int(found_row[1]) for name in posted.names() if (found_row := _ROW.fullmatch(name)))
    problems: list[Problem] = []
    found = []
    for place, row in enumerate(rows[: questionnaire.MOST + 1]):
        name, question_id = f"questions.{row}", posted.number(f"questions.{row}.id")
        source, answer = _when(posted.text(f"{name}.when"), rows)
        texts = {what: {one: posted.text(f"{name}.{what}.{one}", limit=_LONGEST) for one in languages} for what in _TEXTS}
        found.append(
            Draft(
                _kind(posted.text(f"{name}.kind")),
                **texts,
                required=posted.flag(f"{name}.required"),
                lowest=_number(posted, f"{name}.lowest", place, problems),
                highest=_number(posted, f"{name}.highest", place, problems),
                asked_when=source,
                asked_if=answer,
                id=question_id or None,
                known=options.get(question_id, ()),
            )
        )
    return found, problems


def pressed(do: str, found: list[Draft]) -> list[Draft] | None:
    """The questions after a button that adds, moves or removes one; None when another was pressed."""
    what, _, which = do.partition(":")
    if what == "add":
        return [*found, Draft(_kind(which), {})]
    place = int(which) - 1 if which.isascii() and which.isdecimal() and len(which) < 4 else -1
    if what not in ("up", "down", "remove") or not 0 <= place < len(found):
        return None
    order = list(range(len(found)))
    if what == "remove":
        order.pop(place)
    else:
        other = place + (1 if what == "down" else -1)
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
    return _reordered(found, order)


def values(found: Sequence[Draft], languages: Sequence[str]) -> dict[str, str]:
    """The questions as fields of the form."""
    named: dict[str, str] = {}
    for place, draft in enumerate(found):
        name = f"questions.{place}"
        named |= {f"{name}.{what}.{one}": getattr(draft, what).get(one, "") for what in _TEXTS for one in languages}
        named |= {f"{name}.{what}": "" if (number := getattr(draft, what)) is None else str(number) for what in ("lowest", "highest")}
        named |= {f"{name}.kind": draft.kind.value, f"{name}.id": str(draft.id or ""), f"{name}.required": "yes" if draft.required else ""}
        named[f"{name}.when"] = _condition(draft)
    return named


def conditions(found: Sequence[Draft], place: int, language: str, languages: Sequence[str]) -> list[tuple[str, str]]:
    """When the question at `place` can be asked: always, or after an answer to one before it. What it says now is among them, even where it makes no sense."""
    words = translator(language)
    options = {"": words.gettext("Always")}
    for number, draft in enumerate(found[:place]):
        question = f"{number + 1}. {pick(draft.label, language, languages)}"
        for key, answer in _answers(draft, language, languages):
            options[f"{number}:{key}"] = words.gettext("When the answer to “{question}” is “{answer}”", question=question, answer=answer)
    now = _condition(found[place])
    return list({now: words.gettext("Choose: the question it depends on no longer stands before it"), **options}.items())


def _answers(draft: Draft, language: str, languages: Sequence[str]) -> list[tuple[str, str]]:
    if not questionnaire.answers(draft, languages):
        return []
    options = questionnaire.options(draft, languages)
    return Question(id=0, event_id=0, position=0, kind=draft.kind, label={}, options=options).choices(language, languages)


def _condition(draft: Draft) -> str:
    return "" if draft.asked_when is None else f"{draft.asked_when}:{draft.asked_if}"


def _reordered(found: Sequence[Draft], order: list[int]) -> list[Draft]:
    """Conditions go on pointing at the questions they meant; one whose question is gone is dropped."""
    return [
        questionnaire.pointing(found[old], order.index(found[old].asked_when) if found[old].asked_when in order else None)  # type: ignore[arg-type]
        for old in order
    ]


def _kind(text: str) -> Kind:
    return Kind(text) if text in set(Kind) else Kind.TEXT


def _when(text: str, rows: Sequence[int]) -> tuple[int | None, str]:
    number, _, answer = text.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 4):
        return None, ""
    return rows.index(int(number)) if int(number) in rows else -1, answer


def _number(posted: Form, name: str, place: int, problems: list[Problem]) -> int | None:
    text = posted.text(name, limit=_LONGEST)
    digits = text.removeprefix("-")
    if text and not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        field = f"questions.{place}.{name.rpartition('.')[2]}"
        problems.extend(Refused("Write a whole number, or leave it empty.", field=field).problems)
        return None
    return int(text) if text else None
