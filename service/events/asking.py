"""Asking ★: which questions an answer brings up, what counts as an answer, and how it reads. Values in, values out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from service.errors import Problem, Refused
from service.events import uploads
from service.events.occasion import Texts
from service.events.uploads import Upload
from service.languages import choice
from service.languages.catalogues import marked, translator

_LONGEST = {"text": 300, "long": 4000}


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    SEVERAL = "several"
    NUMBER = "number"
    YES_NO = "yes_no"
    FILE = "file"


KIND_NAMES = {
    Kind.TEXT: marked("A line of text"),
    Kind.LONG: marked("A longer text"),
    Kind.CHOICE: marked("One of several options"),
    Kind.SEVERAL: marked("Any number of options"),
    Kind.NUMBER: marked("A whole number"),
    Kind.YES_NO: marked("Yes or no"),
    Kind.FILE: marked("A file"),
}

YES_NO = {"yes": marked("Yes"), "no": marked("No")}


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to choose. `key` is made from its words and stays as long as they do."""

    key: str
    words: Texts


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question as it is read. Fields as in `tables.Question`."""

    id: int
    event_id: int
    position: int
    kind: Kind
    label: Texts
    help: Texts = {}
    options: tuple[Option, ...] = ()
    required: bool = False
    lowest: int | None = None
    highest: int | None = None
    asked_when: int | None = None
    asked_if: str = ""
    removed_at: datetime | None = None

    def choices(self, language: str, order: Sequence[str]) -> list[tuple[str, str]]:
        """What there is to choose, in words: (key, words)."""
        if self.kind is Kind.YES_NO:
            words = translator(language)
            return [(key, words.gettext(text)) for key, text in YES_NO.items()]
        return [(option.key, choice.pick(option.words, language, order)) for option in self.options]


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody has typed, by the question's id: texts and keys as they were sent, files apart. `has_file`: questions with a file from before."""

    texts: Mapping[int, Sequence[str]]
    uploads: Mapping[int, Upload]
    has_file: Collection[int] = ()

    def of(self, question: Question) -> tuple[str, ...]:
        """What was typed for it; empty texts are no answer."""
        return tuple(text for text in self.texts.get(question.id, ()) if text.strip())


NOTHING = Typed({}, {})


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: keys or text, and both the question and the answer in words. `upload`: a new file; a file from before has none and stays."""

    question_id: int
    given: tuple[str, ...]
    asked: str
    said: str
    upload: Upload | None = None


def field_of(question: Question) -> str:
    """The name of its field in a form."""
    return f"question.{question.id}"


def asked(questions: Sequence[Question], typed: Typed) -> list[Question]:
    """The questions that these answers bring up, in order.

    One that depends on another is asked when that one comes before it, is asked itself, and is answered so.
    """
    found: dict[int, Question] = {}
    for question in sorted(questions, key=lambda one: one.position):
        source = found.get(question.asked_when or 0)
        if question.asked_when is None or (source is not None and question.asked_if in typed.of(source)):
            found[question.id] = question
    return list(found.values())


def checked(questions: Sequence[Question], typed: Typed, *, language: str, order: Sequence[str]) -> list[Given]:
    """The answers to what is asked, in words of `language`; what was typed for a question that is not asked is left out. Raises Refused with every problem."""
    problems: list[Problem] = []
    found: list[Given] = []
    for question in asked(questions, typed):
        try:
            given = _CHECKS[question.kind](question, typed)
            upload = typed.uploads.get(question.id)
            if given or upload:
                found.append(_given(question, given, upload, language, order))
            elif question.required and question.id not in typed.has_file:
                raise Refused(_MISSING[question.kind], field=field_of(question))
        except Refused as error:
            problems.extend(error.problems)
    if problems:
        raise Refused.all(problems)
    return found


def kept(questions: Sequence[Question], typed: Typed) -> set[int]:
    """The questions whose file from before stays: still asked, and no new file."""
    return {question.id for question in asked(questions, typed) if question.id in typed.has_file and question.id not in typed.uploads}


def said(question: Question, given: Sequence[str], *, language: str, order: Sequence[str], otherwise: str) -> str:
    """An answer in words of `language`; `otherwise` where the options have other keys now, and for texts and files."""
    if question.kind not in (Kind.CHOICE, Kind.SEVERAL, Kind.YES_NO):
        return otherwise
    words = dict(question.choices(language, order))
    return ", ".join(words[key] for key in given) if all(key in words for key in given) else otherwise


_MISSING = {
    Kind.TEXT: marked("Please answer this question."),
    Kind.LONG: marked("Please answer this question."),
    Kind.CHOICE: marked("Choose one of the options."),
    Kind.SEVERAL: marked("Choose at least one of the options."),
    Kind.NUMBER: marked("Write a whole number."),
    Kind.YES_NO: marked("Choose yes or no."),
    Kind.FILE: marked("Choose a file."),
}


def _given(question: Question, given: tuple[str, ...], upload: Upload | None, language: str, order: Sequence[str]) -> Given:
    text = upload.name if upload else "\n".join(given)
    return Given(
        question.id,
        (text,) if upload else given,
        choice.pick(question.label, language, order),
        said(question, given, language=language, order=order, otherwise=text),
        upload,
    )


def _text(question: Question, typed: Typed) -> tuple[str, ...]:
    written = "\n".join(typed.of(question)).strip()
    text = written if question.kind is Kind.LONG else " ".join(written.split())
    longest = _LONGEST[question.kind.value]
    if len(text) > longest:
        raise Refused("Write at most {longest} characters.", field=field_of(question), longest=longest)
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text):
        raise Refused("There is a character in it that cannot be kept. Type it again.", field=field_of(question))
    return (text,) if text else ()


def _keys(question: Question, typed: Typed) -> tuple[str, ...]:
    known = [key for key, _ in question.choices("en", ())]
    picked = set(typed.of(question))
    if not picked <= set(known) or (len(picked) > 1 and question.kind is not Kind.SEVERAL):
        raise Refused("The options have changed meanwhile. Choose again.", field=field_of(question))
    return tuple(key for key in known if key in picked)


def _number(question: Question, typed: Typed) -> tuple[str, ...]:
    text = "".join(typed.of(question)).strip()
    if not text:
        return ()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise Refused("Write a whole number.", field=field_of(question))
    _refuse_outside(question, int(text))
    return (str(int(text)),)


def _refuse_outside(question: Question, number: int) -> None:
    lowest, highest = question.lowest, question.highest
    if lowest is not None and number < lowest:
        raise Refused("The number must be at least {lowest}.", field=field_of(question), lowest=lowest)
    if highest is not None and number > highest:
        raise Refused("The number must be at most {highest}.", field=field_of(question), highest=highest)


def _file(question: Question, typed: Typed) -> tuple[str, ...]:
    upload = typed.uploads.get(question.id)
    if upload is not None and upload.aside_id is None:
        uploads.refuse_bad(upload, field=field_of(question))
    return ()


_CHECKS: dict[Kind, Callable[[Question, Typed], tuple[str, ...]]] = {
    Kind.TEXT: _text,
    Kind.LONG: _text,
    Kind.CHOICE: _keys,
    Kind.SEVERAL: _keys,
    Kind.NUMBER: _number,
    Kind.YES_NO: _keys,
    Kind.FILE: _file,
}
