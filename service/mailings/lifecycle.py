"""The states of a mailing and what leads from one to the next ★. Nobody sets a state by hand: `after` is asked first."""

from __future__ import annotations

from enum import StrEnum

from service.errors import Refused


class State(StrEnum):
    """Where a mailing stands; the words are the column's."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What a coordinator, the clock (`start`) or the road out (`finish`) does to it."""

    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    FINISH = "finish"


_NEXT = {
    (State.DRAFT, Act.SCHEDULE): State.SCHEDULED,
    (State.SCHEDULED, Act.UNSCHEDULE): State.DRAFT,
    (State.SCHEDULED, Act.START): State.SENDING,
    (State.SENDING, Act.PAUSE): State.PAUSED,
    (State.PAUSED, Act.RESUME): State.SENDING,
    (State.SENDING, Act.CANCEL): State.CANCELLED,
    (State.PAUSED, Act.CANCEL): State.CANCELLED,
    (State.SENDING, Act.FINISH): State.SENT,
    (State.PAUSED, Act.FINISH): State.SENT,
}


def after(state: State, act: Act) -> State:
    """The state that `act` leads to; raises Refused when it cannot be done now.

    ========== ========= ========== ======= ======= ======= ========= ======
    state      schedule  unschedule start   pause   resume  cancel    finish
    ========== ========= ========== ======= ======= ======= ========= ======
    draft      scheduled –          –       –       –       –         –
    scheduled  –         draft      sending –       –       –         –
    sending    –         –          –       paused  –       cancelled sent
    paused     –         –          –       –       sending cancelled sent
    sent       –         –          –       –       –       –         –
    cancelled  –         –          –       –       –       –         –
    ========== ========= ========== ======= ======= ======= ========= ======
    """
    found = _NEXT.get((state, act))
    if found is None:
        raise _refusal(state)
    return found


def may(state: State, act: Act) -> bool:
    """Whether `act` can be done now: which buttons a page shows."""
    return (state, act) in _NEXT


def editable(state: State) -> None:
    """Raises Refused unless the words may still be changed: only a draft's may."""
    if state is not State.DRAFT:
        raise _refusal(state)


def _refusal(state: State) -> Refused:
    match state:
        case State.DRAFT:
            return Refused("This newsletter is a draft: schedule it first.")
        case State.SCHEDULED:
            return Refused("This newsletter is scheduled. Take it back to the drafts to change it.")
        case State.SENDING:
            return Refused("This newsletter is being sent. It can be paused or stopped, but no longer changed.")
        case State.PAUSED:
            return Refused("This newsletter is paused. It can be continued or stopped, but no longer changed.")
        case State.SENT:
            return Refused("This newsletter has been sent. Make a copy to send something like it again.")
        case State.CANCELLED:
            return Refused("This newsletter was stopped. Make a copy to send it again.")
