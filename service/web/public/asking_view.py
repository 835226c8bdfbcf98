"""What an event asks, as its forms show it, and what somebody typed there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.events import answered, asking
from service.events import needs as needs_room
from service.events import questions as questions_room
from service.events.answered import Answer
from service.events.asking import Kind, Question, Typed
from service.events.needs import Needs
from service.events.registrants import Registrant
from service.events.uploads import Upload
from service.languages.catalogues import translator
from service.languages.choice import pick
from service.web.edge import Form

Values = dict[str, str | list[str]]

_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A question in a reader's words. `when`: the field and the answer that it depends on; `only_if`: the same as a sentence; both empty: always asked."""

    name: str
    question: Question
    label: str
    help: str
    options: list[tuple[str, str]]
    when: tuple[str, str]
    only_if: str
    kept: str = ""


def shown(questions: Sequence[Question], language: str, order: Sequence[str], *, files: Mapping[int, str] | None = None) -> list[Shown]:
    """The questions in `language`. `files`: question → name of the file that was given before."""
    by_id = {question.id: question for question in questions}
    return [
        Shown(
            asking.field_of(question),
            question,
            pick(question.label, language, order),
            pick(question.help, language, order),
            question.choices(language, order),
            _when(question, by_id),
            _only_if(question, by_id, language, order),
            (files or {}).get(question.id, ""),
        )
        for question in questions
    ]


def typed(
    fields: Form, questions: Sequence[Question], files: Mapping[int, Upload], prefix: str = "", *, has_file: Mapping[int, str] | None = None
) -> Typed:
    """What was typed for the questions by the person whose fields begin with `prefix`, and their files. A file given before stays unless it is taken away."""
    return Typed(
        {question.id: _texts(fields, question, prefix) for question in questions},
        files,
        {one for one in has_file or {} if not fields.flag(f"{prefix}question.{one}.without")},
    )


def needs(fields: Form, prefix: str = "") -> Needs:
    """What was typed about diet and access."""
    return Needs(**{name: fields.text(prefix + name, limit=_LONGEST) for name in ("diet", "access")})


def values(fields: Form) -> Values:
    """What was typed, to show it again: lists where there may be several."""
    found: Values = dict(fields.values())
    return found | {name: fields.texts(name) for name in fields.names() if name.endswith("chosen") or _is_question(name)}


def values_of(answers: Sequence[Answer], needed: Needs) -> Values:
    """Answers as a form shows them."""
    given: Values = {f"question.{answer.question_id}": list(answer.given) for answer in answers if not answer.is_file}
    return given | {"diet": needed.diet, "access": needed.access}


async def of_registrant(registrant: Registrant, order: Sequence[str]) -> dict[str, Any]:
    """What the page behind a signed link says about answers: `said`, (question, answer) pairs; `open_questions`, whether some wait for one."""
    language = registrant.language
    answers = await answered.of_registration(registration_id=registrant.id)
    by_id = {question.id: question for question in await questions_room.ever(event_id=registrant.event_id)}
    needed = await needs_room.of_registration(registration_id=registrant.id)
    said = [
        (answer.asked, answered.in_words(answer, by_id[answer.question_id], language=language, order=order))
        for answer in answers
        if answer.question_id in by_id
    ]
    words = translator(language)
    said += [(words.gettext("To eat"), needed.diet), (words.gettext("To get in and take part"), needed.access)]
    asked = [question for question in by_id.values() if question.removed_at is None]
    given = Typed({answer.question_id: answer.given for answer in answers}, {})
    missing = {question.id for question in asking.asked(asked, given) if question.required} - {answer.question_id for answer in answers}
    return {"said": [pair for pair in said if pair[1]], "open_questions": bool(missing)}


def _is_question(name: str) -> bool:
    *_, before, last = ("", *name.split("."))
    return before == "question" and last.isdecimal()


def _texts(fields: Form, question: Question, prefix: str) -> list[str]:
    name = prefix + asking.field_of(question)
    if question.kind is Kind.SEVERAL:
        return fields.texts(name)
    return [fields.text(name, limit=_LONGEST)]


def _when(question: Question, by_id: Mapping[int, Question]) -> tuple[str, str]:
    source = by_id.get(question.asked_when or 0)
    return (asking.field_of(source), question.asked_if) if source else ("", "")


def _only_if(question: Question, by_id: Mapping[int, Question], language: str, order: Sequence[str]) -> str:
    source = by_id.get(question.asked_when or 0)
    if source is None:
        return ""
    answer = dict(source.choices(language, order)).get(question.asked_if, "")
    return translator(language).gettext(
        "Only if you answered “{answer}” to “{question}”.", answer=answer, question=pick(source.label, language, order)
    )
