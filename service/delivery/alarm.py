"""Whether a mailing must stop ★, by what came of its copies: far too many undeliverable, too many complaints, or refusals that are about us.

| kind | at least | share of the settled copies |
|---|---|---|
| hard: the address is dead | 10, among 100 settled | more than 5 % |
| ours: policy, reputation, authentication, content | 20 | more than 5 % |
| complaint: people pressed “spam” | 3 | more than 0.1 % |

When all the bad ones went to one destination and the mailing goes elsewhere as well, it is held there alone; not for complaints, which are about the letter, and not at a
second destination, which means that it is not the destination's fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """What a copy can say about the whole mailing; the words are the column's."""

    HARD = "hard"
    OURS = "ours"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class _Rule:
    share: Fraction
    least: int
    settled: int


RULES: Mapping[Kind, _Rule] = {
    Kind.OURS: _Rule(Fraction(5, 100), 20, 0),
    Kind.HARD: _Rule(Fraction(5, 100), 10, 100),
    Kind.COMPLAINT: _Rule(Fraction(1, 1000), 3, 0),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What is weighed: copies that servers have answered for good since a coordinator last said “continue”, held destinations left out.

    `bad`: kind → destination → copies. `elsewhere`: whether there are copies for another destination than the one all bad ones of a kind went to; `held`:
    destinations at which the mailing is held already.
    """

    settled: int
    bad: Mapping[Kind, Mapping[str, int]]
    elsewhere: bool = False
    held: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """Stop, because of `bad` of `settled`; at one destination only, or altogether (None)."""

    kind: Kind
    bad: int
    settled: int
    destination: str | None = None


def suspects(bad: Mapping[Kind, Mapping[str, int]]) -> bool:
    """Whether there are enough bad ones of a kind to look at the rest of the figures."""
    return any(sum(bad.get(kind, {}).values()) >= rule.least for kind, rule in RULES.items())


def is_due(kind: Kind, bad: int) -> bool:
    """Whether the settled copies are worth counting at so many bad ones: enough of them for an alarm, and some 5 % more than at the last count.

    Complaints are few, and their limit is: each one is weighed.
    """
    return bad >= RULES[kind].least and (kind is Kind.COMPLAINT or bad % (1 << max(0, bad.bit_length() - 5)) == 0)


def only_destination(bad: Mapping[Kind, Mapping[str, int]]) -> str | None:
    """The one that all undeliverable and refused copies went to, if it is one."""
    names = {name for kind in (Kind.HARD, Kind.OURS) for name in bad.get(kind, {})}
    return names.pop() if len(names) == 1 else None


def judge(figures: Figures) -> Alarm | None:
    """The alarm that these figures raise, the gravest first."""
    for kind, rule in RULES.items():
        bad = sum(figures.bad.get(kind, {}).values())
        if bad >= rule.least and figures.settled >= rule.settled and bad > rule.share * figures.settled:
            alone = only_destination(figures.bad) if kind is not Kind.COMPLAINT and figures.elsewhere and not figures.held else None
            return Alarm(kind, bad, figures.settled, alone)
    return None


def patience(figures: Figures) -> int:
    """How many more bad copies there must be, at the least, before `judge` can raise an alarm about hard bounces or refusals; 0: any settled copy may."""
    return min(_more(figures, kind) for kind in (Kind.HARD, Kind.OURS))


def _more(figures: Figures, kind: Kind) -> int:
    rule, bad = RULES[kind], sum(figures.bad.get(kind, {}).values())
    needed = max(rule.least - bad, 0)
    if figures.settled < rule.settled:
        return needed
    return max(needed, (rule.share * figures.settled - bad) // (1 - rule.share) + 1)
