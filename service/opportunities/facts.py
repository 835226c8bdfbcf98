"""Facts ★: what a coordinator says about a funding call, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from service.errors import Problem, Refused
from service.languages import wallclock, written
from service.languages.written import Texts

_TEXTS = {"title": 160, "summary": 400, "body": 20_000, "amount": 160}
_OF_ONE_LINE = ("title", "amount")
_LINES = {"funder": 200, "programme_url": 500}
_MOST_CUTOFFS = 20


@dataclass(frozen=True, slots=True)
class CutoffFacts:
    """One cut-off. `zone`: the funder's clock."""

    at: datetime
    zone: str
    label: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is typed about a call. `opens_at` None: open as soon as it is published."""

    title: Texts
    funder: str
    cutoffs: tuple[CutoffFacts, ...]
    summary: Texts = field(default_factory=dict)
    body: Texts = field(default_factory=dict)
    amount: Texts = field(default_factory=dict)
    programme_url: str = ""
    opens_at: datetime | None = None


def checked(facts: Facts, *, languages: Sequence[str]) -> Facts:
    """The facts, trimmed, what is one line as one line, cut-offs in order; raises Refused with every problem found. `languages` are the cluster's."""
    trimmed = _trimmed(facts, languages)
    if problems := [*_about_texts(trimmed, languages), *_about_cutoffs(trimmed)]:
        raise Refused.all(problems)
    return trimmed


def _trimmed(facts: Facts, languages: Sequence[str]) -> Facts:
    changed: dict[str, Any] = {name: written.texts(getattr(facts, name), languages) for name in _TEXTS}
    changed |= {name: written.lines(getattr(facts, name), languages) for name in _OF_ONE_LINE}
    changed |= {name: written.line(getattr(facts, name)) for name in _LINES}
    in_order = sorted(facts.cutoffs, key=lambda one: one.at)
    return replace(facts, cutoffs=tuple(replace(one, label=written.lines(one.label, languages)) for one in in_order), **changed)


def _about_texts(facts: Facts, languages: Sequence[str]) -> Iterator[Problem]:
    if not facts.title:
        yield Problem("Give the call a title in at least one language.", f"title.{languages[0]}")
    if not facts.funder:
        yield Problem("Say who gives the money.", "funder")
    if facts.programme_url and not written.is_web_address(facts.programme_url):
        yield Problem("Give the whole link, beginning with https://", "programme_url")
    for name, longest in _TEXTS.items():
        yield from written.too_long(getattr(facts, name), field=name, longest=longest)
    yield from written.too_long_lines(facts, longest=_LINES)


def _about_cutoffs(facts: Facts) -> Iterator[Problem]:
    if not facts.cutoffs:
        yield Problem("A call needs at least one cut-off.", "cutoffs")
    if len(facts.cutoffs) > _MOST_CUTOFFS:
        yield Problem("A call has at most {most} cut-offs.", "cutoffs", {"most": _MOST_CUTOFFS})
    for number, cutoff in enumerate(facts.cutoffs):
        if not wallclock.is_zone(cutoff.zone):
            yield Problem("Choose a time zone from the list.", f"cutoffs.{number}.zone")
        if number and cutoff.at == facts.cutoffs[number - 1].at:
            yield Problem("Two cut-offs are at the same time.", f"cutoffs.{number}.at")
        if any(len(text) > _TEXTS["amount"] for text in cutoff.label.values()):
            yield Problem("Write at most {longest} characters.", f"cutoffs.{number}.label", {"longest": _TEXTS["amount"]})
    if facts.opens_at and facts.cutoffs and facts.opens_at >= facts.cutoffs[-1].at:
        yield Problem("The call must open before its last cut-off.", "opens_at")
