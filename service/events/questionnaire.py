"""Questionnaire ★: what a coordinator writes down to be asked, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from service.errors import Problem, Refused
from service.events.asking import YES_NO, Kind, Option, Question
from service.events.occasion import Texts
from service.languages import slugs

MOST = 40
_MOST_OPTIONS = 50
_LONGEST_LABEL = 300
_LONGEST_HELP = 600
_LONGEST_OPTION = 200
_NUMBERS = range(-999_999_999, 1_000_000_000)


@dataclass(frozen=True, slots=True)
class Draft:
    """One question as typed. `options`: language → lines, the n-th line of each language is the n-th option. `id`: the question it was until now.

    `asked_when` is the place in the list (from 0) of the question that it depends on, `asked_if` the answer's key. `known`: the options that it had.
    """

    kind: Kind
    label: Texts
    help: Texts = field(default_factory=dict)
    options: Texts = field(default_factory=dict)
    required: bool = False
    lowest: int | None = None
    highest: int | None = None
    asked_when: int | None = None
    asked_if: str = ""
    id: int | None = None
    known: tuple[Option, ...] = ()


def of(questions: Sequence[Question], languages: Sequence[str]) -> list[Draft]:
    """Questions as a coordinator goes on writing them."""
    place = {question.id: number for number, question in enumerate(questions)}
    return [
        Draft(
            question.kind,
            question.label,
            question.help,
            {one: "\n".join(option.words.get(one, "") for option in question.options).rstrip() for one in languages},
            question.required,
            question.lowest,
            question.highest,
            None if question.asked_when is None else place.get(question.asked_when),
            question.asked_if,
            question.id,
            question.options,
        )
        for question in questions
    ]


def pointing(draft: Draft, place: int | None) -> Draft:
    """The question, depending on the one at `place`; on none when there is no place."""
    return replace(draft, asked_when=place, asked_if="" if place is None else draft.asked_if)


def checked(drafts: Sequence[Draft], *, languages: Sequence[str]) -> list[Draft]:
    """The questions, trimmed; raises Refused with every problem, at `questions.<place>.<field>`."""
    trimmed = [_trimmed(draft, languages) for draft in drafts]
    problems = [problem for place in range(len(trimmed)) for problem in _problems(trimmed, place, languages)]
    if len(trimmed) > MOST:
        problems.append(Problem("Ask at most {most} questions.", None, {"most": MOST}))
    if problems:
        raise Refused.all(problems)
    return trimmed


def options(draft: Draft, languages: Sequence[str]) -> tuple[Option, ...]:
    """The options in order. One whose words in any language were there before keeps its key; another gets one that is made from its words."""
    found: dict[str, Option] = {}
    for words in _lines(draft, languages):
        key = next((one.key for one in draft.known if one.key not in found and one.words.items() & words.items()), "")
        taken = {*found, *(one.key for one in draft.known)}
        key = key or slugs.free(slugs.slug(next(iter(words.values()))) or "option", taken)
        found[key] = Option(key=key, words=words)
    return tuple(found.values())


def _lines(draft: Draft, languages: Sequence[str]) -> list[Texts]:
    """The n-th line of each language, for every n that has one."""
    lines = {one: [" ".join(line.split()) for line in draft.options.get(one, "").split("\n")] for one in languages}
    numbers = range(max(map(len, lines.values()), default=0))
    found = [{one: texts[number] for one, texts in lines.items() if number < len(texts) and texts[number]} for number in numbers]
    return [words for words in found if words]


def answers(draft: Draft, languages: Sequence[str]) -> tuple[str, ...]:
    """The keys that another question can depend on; empty for a text, a number or a file."""
    if draft.kind is Kind.YES_NO:
        return tuple(YES_NO)
    return tuple(option.key for option in options(draft, languages)) if draft.kind in (Kind.CHOICE, Kind.SEVERAL) else ()


def _trimmed(draft: Draft, languages: Sequence[str]) -> Draft:
    has_options, is_number = draft.kind in (Kind.CHOICE, Kind.SEVERAL), draft.kind is Kind.NUMBER
    return replace(
        draft,
        label={one: " ".join(draft.label[one].split()) for one in languages if draft.label.get(one, "").strip()},
        help={one: draft.help[one].strip() for one in languages if draft.help.get(one, "").strip()},
        options=draft.options if has_options else {},
        lowest=draft.lowest if is_number else None,
        highest=draft.highest if is_number else None,
        asked_if=draft.asked_if if draft.asked_when is not None else "",
    )


def _problems(drafts: Sequence[Draft], place: int, languages: Sequence[str]) -> Iterator[Problem]:
    draft, name = drafts[place], f"questions.{place}"
    if not draft.label:
        yield Problem("Write the question in at least one language.", f"{name}.label.{languages[0]}")
    for what, texts, longest in (("label", draft.label, _LONGEST_LABEL), ("help", draft.help, _LONGEST_HELP)):
        for language, text in texts.items():
            if len(text) > longest:
                yield Problem("Write at most {longest} characters.", f"{name}.{what}.{language}", {"longest": longest})
    if draft.kind in (Kind.CHOICE, Kind.SEVERAL):
        yield from _about_options(draft, name, languages)
    yield from _about_numbers(draft, name)
    if draft.asked_when is not None:
        source = drafts[draft.asked_when] if 0 <= draft.asked_when < place else None
        if source is None or draft.asked_if not in answers(source, languages):
            yield Problem(
                "Choose again when it is asked: that answer is gone, or its question no longer stands before this one.", f"{name}.when"
            )


def _about_options(draft: Draft, name: str, languages: Sequence[str]) -> Iterator[Problem]:
    found = options(draft, languages)
    if len(found) < 2:
        yield Problem("Give at least two options, one a line.", f"{name}.options.{languages[0]}")
    if len(found) > _MOST_OPTIONS or any(len(text) > _LONGEST_OPTION for option in found for text in option.words.values()):
        yield Problem(
            "Give at most {most} options of at most {longest} characters.",
            f"{name}.options.{languages[0]}",
            {"most": _MOST_OPTIONS, "longest": _LONGEST_OPTION},
        )
    counts = {language: len(text.strip().split("\n")) for language in languages if (text := draft.options.get(language, "")).strip()}
    if len(set(counts.values())) > 1:
        short = min(counts, key=lambda language: counts[language])
        yield Problem("Give the same options in the same order in each language, one a line.", f"{name}.options.{short}")


def _about_numbers(draft: Draft, name: str) -> Iterator[Problem]:
    for what, number in (("lowest", draft.lowest), ("highest", draft.highest)):
        if number is not None and number not in _NUMBERS:
            yield Problem("Write a whole number.", f"{name}.{what}")
    if draft.lowest is not None and draft.highest is not None and draft.highest < draft.lowest:
        yield Problem("The highest number is below the lowest.", f"{name}.highest")
