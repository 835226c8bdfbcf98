"""The states of a mailing."""

from __future__ import annotations

import itertools
import re

import pytest

from service.errors import Refused
from service.mailings import lifecycle
from service.mailings.lifecycle import Act, State

_STATES, _ACTS = list(State), list(Act)


def _table() -> dict[tuple[State, Act], State | None]:
    """What the docstring promises."""
    lines = [line.split() for line in (lifecycle.after.__doc__ or "").splitlines() if re.match(r"\s+[a-z]+ +\S", line)]
    acts = [Act(word) for word in next(words for words in lines if words[0] == "state")[1:]]
    rows = [words for words in lines if words[0] in set(State)]
    return {
        (State(name), act): State(after) if after != "–" else None for name, *cells in rows for act, after in zip(acts, cells, strict=True)
    }


@pytest.mark.parametrize(("state", "act"), itertools.product(_STATES, _ACTS))
def test_every_cell_of_the_table_in_the_docstring_is_what_happens(state: State, act: Act) -> None:
    expected = _table()[state, act]
    assert lifecycle.may(state, act) == (expected is not None)
    if expected is None:
        with pytest.raises(Refused):
            lifecycle.after(state, act)
    else:
        assert lifecycle.after(state, act) is expected


def test_nothing_leads_out_of_sent_and_cancelled() -> None:
    assert not any(lifecycle.may(state, act) for state in (State.SENT, State.CANCELLED) for act in Act)


@pytest.mark.parametrize("state", [state for state in State if state is not State.DRAFT])
def test_only_the_words_of_a_draft_can_be_changed(state: State) -> None:
    lifecycle.editable(State.DRAFT)
    with pytest.raises(Refused):
        lifecycle.editable(state)
