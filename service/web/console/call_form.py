"""The form of a funding call: from the facts to fields and back. Each cut-off is typed on the funder's clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.clusters.tables import Cluster
from service.errors import Problem, Refused
from service.languages import wallclock
from service.opportunities.facts import CutoffFacts, Facts
from service.opportunities.opportunity import Opportunity, facts_of
from service.web.edge import Form

Values = dict[str, str]

_TEXTS = ("title", "summary", "body", "amount")
_LINES = ("funder", "programme_url")
_LONGEST_FIELD = 50_000
_CUTOFF = re.compile(r"cutoffs\.(\d{1,3})\.at")


def blank(cluster: Cluster) -> Values:
    """What the form of a new call starts with."""
    return {"cutoffs.0.at": "", "cutoffs.0.zone": cluster.zone}


def values_of(call: Opportunity, cluster: Cluster) -> Values:
    """A call as its form shows it."""
    facts = facts_of(call)
    texts = {f"{name}.{language}": text for name in _TEXTS for language, text in getattr(facts, name).items()}
    opens_at = wallclock.write(facts.opens_at, zone=cluster.zone)
    return {"funder": call.funder, "programme_url": call.programme_url, "opens_at": opens_at, "version": str(call.version), **texts} | (
        _cutoff_values(facts.cutoffs)
    )


def rows(values: Mapping[str, str]) -> list[int]:
    """The numbers of the cut-offs that the form has."""
    return sorted(int(found[1]) for name in values if (found := _CUTOFF.fullmatch(name)))


def pressed(values: Values) -> Values | None:
    """The form after a button that adds or removes a cut-off; None when another was pressed."""
    what, _, number = values.get("do", "").partition(":")
    if what == "add-cutoff":
        last = max(rows(values), default=-1)
        return values | {f"cutoffs.{last + 1}.at": "", f"cutoffs.{last + 1}.zone": values.get(f"cutoffs.{last}.zone", "")}
    if what == "remove-cutoff":
        return {name: value for name, value in values.items() if not name.startswith(f"cutoffs.{number}.")}
    return None


@dataclass(frozen=True, slots=True)
class Typed:
    """A posted form: its `facts`, or what is wrong with it."""

    posted: Form
    cluster: Cluster

    @property
    def values(self) -> Values:
        """What was typed, to be shown again; cut-offs in order of time once all of them can be read, as the rules name them."""
        plain = self.posted.values()
        cutoffs, problems = self._cutoffs()
        if problems:
            return plain
        return {name: value for name, value in plain.items() if not name.startswith("cutoffs.")} | _cutoff_values(cutoffs)

    def facts(self) -> Facts:
        """The facts; raises Refused with every field that cannot be read."""
        cutoffs, problems = self._cutoffs()
        opens_at = None
        if text := self._text("opens_at"):
            try:
                opens_at = wallclock.read(text=text, zone=self.cluster.zone, field="opens_at")
            except Refused as error:
                problems.extend(error.problems)
        if problems:
            raise Refused.all(problems)
        texts = {name: self._in_languages(name) for name in _TEXTS}
        return Facts(cutoffs=cutoffs, opens_at=opens_at, **texts, **{name: self._text(name) for name in _LINES})  # type: ignore[arg-type]

    def _cutoffs(self) -> tuple[tuple[CutoffFacts, ...], list[Problem]]:
        found: list[CutoffFacts] = []
        problems: list[Problem] = []
        for number in rows(self.posted.values()):
            try:
                if self._text(f"cutoffs.{number}.at"):
                    found.append(self._cutoff(f"cutoffs.{number}"))
            except Refused as error:
                problems.extend(error.problems)
        return tuple(sorted(found, key=lambda cutoff: cutoff.at)), problems

    def _cutoff(self, field: str) -> CutoffFacts:
        zone = self._text(f"{field}.zone")
        if not wallclock.is_zone(zone):
            raise Refused("Choose a time zone from the list.", field=f"{field}.zone")
        at = wallclock.read(text=self._text(f"{field}.at"), zone=zone, field=f"{field}.at")
        return CutoffFacts(at, zone, self._in_languages(f"{field}.label"))

    def _text(self, name: str) -> str:
        return self.posted.text(name, limit=_LONGEST_FIELD)

    def _in_languages(self, name: str) -> dict[str, str]:
        return {language: self._text(f"{name}.{language}") for language in self.cluster.languages}


def _cutoff_values(cutoffs: tuple[CutoffFacts, ...]) -> Values:
    found: Values = {}
    for number, one in enumerate(cutoffs):
        field = f"cutoffs.{number}"
        found |= {f"{field}.at": wallclock.write(one.at, zone=one.zone), f"{field}.zone": one.zone}
        found |= {f"{field}.label.{language}": text for language, text in one.label.items()}
    return found or {"cutoffs.0.at": "", "cutoffs.0.zone": ""}
