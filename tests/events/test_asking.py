"""Which questions are asked, what counts as an answer, and what a coordinator may write down to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Refused
from service.events import asking, questionnaire, uploads
from service.events.asking import Kind, Option, Question, Typed
from service.events.questionnaire import Draft
from service.events.uploads import Upload

PDF = Upload("cv.pdf", b"%PDF-1.7 and so on")


def question(id: int, kind: Kind = Kind.TEXT, **values: object) -> Question:
    """One question; choices have tea and coffee."""
    options = tuple(Option(key=key, words={"en": key.title(), "et": f"{key} (et)"}) for key in ("tea", "coffee"))
    defaults = {"event_id": 1, "position": id, "label": {"en": f"Question {id}?"}, "options": options}
    return Question(**{"id": id, "kind": kind, **defaults, **values})  # type: ignore[arg-type]


def typed(**answers: Sequence[str]) -> Typed:
    """`q1=["…"]`: what was typed for question 1."""
    return Typed({int(name[1:]): texts for name, texts in answers.items()}, {})


def checked(questions: Sequence[Question], what: Typed, language: str = "en") -> dict[int, str]:
    """What was said, by question."""
    return {one.question_id: one.said for one in asking.checked(questions, what, language=language, order=["et", "en"])}


CHAIN = [
    question(1, Kind.YES_NO),
    question(2, Kind.SEVERAL, asked_when=1, asked_if="yes", required=True),
    question(3, asked_when=2, asked_if="coffee", required=True),
]


@pytest.mark.parametrize(
    ("answers", "ids"),
    [
        ({}, [1]),
        ({"q1": ["no"]}, [1]),
        ({"q1": ["yes"]}, [1, 2]),
        ({"q1": ["yes"], "q2": ["tea", "coffee"]}, [1, 2, 3]),
        ({"q1": ["no"], "q2": ["coffee"], "q3": ["typed before"]}, [1]),
    ],
)
def test_an_answer_brings_up_the_questions_that_depend_on_it(answers: dict[str, list[str]], ids: list[int]) -> None:
    assert [one.id for one in asking.asked(CHAIN, typed(**answers))] == ids


def test_what_is_not_asked_is_neither_required_nor_kept() -> None:
    assert checked(CHAIN, typed(q1=["no"], q2=["coffee"], q3=["typed before"])) == {1: "No"}
    with pytest.raises(Refused) as refused:
        checked(CHAIN, typed(q1=["yes"]))
    assert [problem.field for problem in refused.value.problems] == ["question.2"]


def test_a_question_before_the_one_it_depends_on_is_never_asked() -> None:
    assert asking.asked([question(1, asked_when=2, asked_if="yes"), question(2, Kind.YES_NO)], typed(q2=["yes"]))[0].id == 2


@pytest.mark.parametrize(
    ("asked", "answer", "said"),
    [
        (question(1), ["  two\r\n words "], "two words"),
        (question(1, Kind.LONG), ["one\ntwo"], "one\ntwo"),
        (question(1, Kind.CHOICE), ["tea"], "Tea"),
        (question(1, Kind.SEVERAL), ["coffee", "tea"], "Tea, Coffee"),
        (question(1, Kind.NUMBER, lowest=-5, highest=5), ["-05"], "-5"),
        (question(1, Kind.YES_NO), ["yes"], "Yes"),
    ],
)
def test_an_answer_is_kept_in_words(asked: Question, answer: list[str], said: str) -> None:
    assert checked([asked], typed(q1=answer)) == {1: said}


def test_the_words_are_in_the_language_of_whoever_answers() -> None:
    (one,) = asking.checked([question(1, Kind.CHOICE, label={"et": "Jook?"})], typed(q1=["tea"]), language="et", order=["en"])
    assert (one.asked, one.said, one.given) == ("Jook?", "tea (et)", ("tea",))


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (question(1, required=True), ["  "]),
        (question(1), ["x" * 301]),
        (question(1), ["a\x07b"]),
        (question(1, Kind.LONG), ["x" * 4001]),
        (question(1, Kind.CHOICE), ["milk"]),
        (question(1, Kind.CHOICE), ["tea", "coffee"]),
        (question(1, Kind.YES_NO), ["maybe"]),
        (question(1, Kind.SEVERAL), ["tea", "milk"]),
        *((question(1, Kind.NUMBER), [text]) for text in ("1e3", "1.5", "٣", "9" * 10, "--1", "-")),
        (question(1, Kind.NUMBER, lowest=2), ["1"]),
        (question(1, Kind.NUMBER, highest=2), ["3"]),
        (question(1, Kind.FILE, required=True), []),
    ],
)
def test_what_is_no_answer_is_said_at_its_question(asked: Question, answer: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        checked([asked], typed(q1=answer))
    assert refused.value.problem.field == "question.1"


@pytest.mark.parametrize(
    "upload",
    [
        replace(PDF, content=b""),
        replace(PDF, content=b"<html>"),
        replace(PDF, content=b"%PDF-" + b"x" * uploads.MOST_BYTES),
        Upload("page.html", b"<html>"),
        Upload("run.exe", b"MZ"),
        Upload("picture.svg", b"<svg>"),
        Upload("pdf", b"%PDF-"),
    ],
    ids=lambda upload: upload.name,
)
def test_a_file_of_another_kind_is_refused(upload: Upload) -> None:
    with pytest.raises(Refused) as refused:
        checked([question(1, Kind.FILE)], Typed({}, {1: upload}))
    assert refused.value.problem.field == "question.1"


def test_a_file_is_an_answer_and_one_from_before_stays_until_there_is_a_new_one() -> None:
    asked = [question(1, Kind.FILE, required=True)]
    assert checked(asked, Typed({}, {1: PDF})) == {1: "cv.pdf"}
    before = Typed({}, {}, has_file={1})
    assert checked(asked, before) == {}
    assert asking.kept(asked, before) == {1}
    assert asking.kept(asked, replace(before, uploads={1: PDF})) == set()


@given(st.text(max_size=300))
def test_a_files_name_is_fit_for_a_header_and_a_file_system(filename: str) -> None:
    name = uploads.named(filename)
    assert 0 < len(name) <= 120
    assert not set(name) & set('"/\\\r\n\0')
    assert name not in (".", "..")


def draft(kind: Kind = Kind.TEXT, **values: object) -> Draft:
    """A question being written."""
    defaults: dict[str, object] = {"label": {"et": "Jook?"}, "options": {"et": "Tee\nKohv", "en": "Tea\nCoffee"}}
    return Draft(kind, **{**defaults, **values})  # type: ignore[arg-type]


def test_the_key_of_an_option_stays_while_its_words_do() -> None:
    before = questionnaire.options(draft(options={"en": "Tea\nCoffee"}), ["et", "en"])
    after = questionnaire.options(draft(options={"et": "Vesi\nKohv\nTee\nTee", "en": "Water\nCoffee\nTea"}, known=before), ["et", "en"])
    assert [option.key for option in before] == ["tea", "coffee"]
    assert [option.key for option in after] == ["vesi", "coffee", "tea", "tee"]
    assert after[0].words == {"et": "Vesi", "en": "Water"}


@pytest.mark.parametrize(
    ("drafts", "field"),
    [
        ([draft(label={})], "questions.0.label.et"),
        ([draft(label={"en": "x" * 301})], "questions.0.label.en"),
        ([draft(help={"en": "x" * 601})], "questions.0.help.en"),
        ([draft(Kind.CHOICE, options={"et": "Tee"})], "questions.0.options.et"),
        ([draft(Kind.SEVERAL, options={"et": "Tee\nKohv", "en": "Tea"})], "questions.0.options.en"),
        ([draft(Kind.CHOICE, options={"et": "\n".join(map(str, range(51)))})], "questions.0.options.et"),
        ([draft(Kind.NUMBER, lowest=3, highest=2)], "questions.0.highest"),
        ([draft(Kind.NUMBER, lowest=10**9)], "questions.0.lowest"),
        ([draft(), draft(asked_when=0, asked_if="tee")], "questions.1.when"),
        ([draft(Kind.YES_NO, asked_when=0, asked_if="yes")], "questions.0.when"),
        ([draft(asked_when=1, asked_if="yes"), draft(Kind.YES_NO)], "questions.0.when"),
        ([draft(Kind.CHOICE), draft(asked_when=0, asked_if="gone")], "questions.1.when"),
        ([draft()] * 41, None),
    ],
)
def test_what_is_wrong_with_a_question_is_said_at_its_field(drafts: list[Draft], field: str | None) -> None:
    with pytest.raises(Refused) as refused:
        questionnaire.checked(drafts, languages=["et", "en"])
    assert refused.value.problem.field == field


def test_questions_go_through_writing_and_reading_unchanged() -> None:
    asked = [
        question(1, Kind.CHOICE, required=True, help={"et": "Üks"}),
        question(2, Kind.NUMBER, lowest=1, highest=9, asked_when=1, asked_if="tea", options=()),
    ]
    drafts = questionnaire.checked(questionnaire.of(asked, ["et", "en"]), languages=["et", "en"])
    assert [one.id for one in drafts] == [1, 2]
    assert (drafts[1].asked_when, drafts[1].asked_if, drafts[1].lowest, drafts[1].highest) == (0, "tea", 1, 9)
    assert drafts[0].options == {"et": "tea (et)\ncoffee (et)", "en": "Tea\nCoffee"}
