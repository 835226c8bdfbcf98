"""When an address is given up ★: a state machine over what became of its letters, in the order in which they were sent.

| standing | hard | second | soft | ours | stayed |
|---|---|---|---|---|---|
| clear | dead | doubted | doubted | clear | clear |
| doubted | dead | dead if another letter ended so, else as soft | dead at 3 letters over ≥ 7 days, else doubted | doubted | clear |
| dead | dead | dead | dead | dead | dead |

*Stayed*: a letter that did not come back for 5 days, which proves the address alive. Only the last 90 days count. A coordinator who lifts a suppression begins the
story anew: earlier bounces are forgiven and not told here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service.delivery.classification import Verdict

LETTERS = 3
SPAN = timedelta(days=7)
WINDOW = timedelta(days=90)
UNBOUNCED = timedelta(days=5)


class Standing(StrEnum):
    """How an address stands."""

    CLEAR = "clear"
    DOUBTED = "doubted"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one letter. `letter` tells letters apart; `sent_at`: when it was handed over; `verdict` None: it stayed."""

    letter: int
    sent_at: datetime
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class State:
    """`bounced`: (letter, sent at) that count, oldest first; `refused`: those of them that ended as `second`."""

    standing: Standing = Standing.CLEAR
    bounced: tuple[tuple[int, datetime], ...] = ()
    refused: frozenset[int] = frozenset()


def standing(fates: Iterable[Fate]) -> Standing:
    """Where these letters leave the address, whatever order they are told in."""
    state = State()
    for fate in sorted(fates, key=lambda one: (one.sent_at, one.letter, one.verdict is None)):
        state = after(state, fate)
    return state.standing


def after(state: State, fate: Fate) -> State:
    """One step of the table above."""
    if state.standing is Standing.DEAD or fate.verdict is Verdict.OURS:
        return state
    if fate.verdict is None:
        return State()
    if fate.verdict is Verdict.HARD:
        return replace(state, standing=Standing.DEAD)
    return _counted(state, fate)


def _counted(state: State, fate: Fate) -> State:
    recent = [(letter, at) for letter, at in state.bounced if fate.sent_at - at <= WINDOW and letter != fate.letter]
    bounced = (*recent, (fate.letter, fate.sent_at))
    letters = {letter for letter, _ in bounced}
    refused = (state.refused | {fate.letter} if fate.verdict is Verdict.SECOND else state.refused) & letters
    worn_out = len(bounced) >= LETTERS and bounced[-1][1] - bounced[0][1] >= SPAN
    return State(Standing.DEAD if worn_out or len(refused) > 1 else Standing.DOUBTED, bounced, refused)
