"""Lifecycle ★: what a coordinator may do with an event, and what it then is."""

from __future__ import annotations

from enum import StrEnum

from service.errors import Refused
from service.events.occasion import State


class Act(StrEnum):
    """A coordinator's decision about an event."""

    PUBLISH = "publish"
    CLOSE = "close"
    REOPEN = "reopen"
    CALL_OFF = "call_off"


_AFTER = {
    (State.DRAFT, Act.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Act.CLOSE): State.CLOSED,
    (State.CLOSED, Act.REOPEN): State.PUBLISHED,
    (State.PUBLISHED, Act.CALL_OFF): State.CALLED_OFF,
    (State.CLOSED, Act.CALL_OFF): State.CALLED_OFF,
}


def after(state: State, act: Act) -> State:
    """The state after `act`; raises Refused when it makes no sense now.

    | from | publish | close | reopen | call off |
    |---|---|---|---|---|
    | draft | published | | | |
    | published | | closed | | called off |
    | closed | | | published | called off |
    | called off | | | | |
    """
    if (state, act) not in _AFTER:
        raise Refused("That cannot be done now: the event has changed meanwhile. Look at it again.")
    return _AFTER[state, act]


def allowed(state: State) -> tuple[Act, ...]:
    """What can be done in `state`: the buttons that a page shows."""
    return tuple(act for before, act in _AFTER if before is state)
