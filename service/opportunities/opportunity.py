"""Opportunity ★: one funding call as it is read, with its cut-offs; values and what follows from them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from service.errors import Refused
from service.languages.written import Texts
from service.opportunities.facts import CutoffFacts, Facts


class State(StrEnum):
    """What a coordinator has decided; whether a call is open also depends on the clock."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class Act(StrEnum):
    """A coordinator's decision about a call."""

    PUBLISH = "publish"
    CLOSE = "close"
    REOPEN = "reopen"


class Standing(StrEnum):
    """What an applicant finds."""

    OPEN = "open"
    UPCOMING = "upcoming"
    PAST = "past"


_AFTER = {
    (State.DRAFT, Act.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Act.CLOSE): State.CLOSED,
    (State.CLOSED, Act.REOPEN): State.PUBLISHED,
}


def after(state: State, act: Act) -> State:
    """The state after `act`; raises Refused when it makes no sense now."""
    if (state, act) not in _AFTER:
        raise Refused("That cannot be done now: the call has changed meanwhile. Look at it again.")
    return _AFTER[state, act]


class Cutoff(msgspec.Struct, frozen=True, kw_only=True):
    """A moment until which applications are taken, told on the clock of `zone`."""

    id: int
    at: datetime
    zone: str
    label: Texts = {}


class Opportunity(msgspec.Struct, frozen=True, kw_only=True):
    """A call with its cut-offs, in order. Fields as in `tables.Call`."""

    id: int
    cluster_id: int
    slug: str
    state: State
    title: Texts
    summary: Texts
    body: Texts
    amount: Texts
    funder: str
    programme_url: str
    opens_at: datetime | None
    cutoffs: tuple[Cutoff, ...]
    changed_at: datetime
    version: int

    @property
    def is_public(self) -> bool:
        """Whether everybody may read about it."""
        return self.state is not State.DRAFT

    @property
    def acts(self) -> tuple[Act, ...]:
        """What a coordinator can do with it now."""
        return tuple(act for before, act in _AFTER if before is self.state)

    @property
    def last_cutoff(self) -> Cutoff:
        """The one after which it is past."""
        return self.cutoffs[-1]

    def next_cutoff(self, now: datetime) -> Cutoff | None:
        """The first cut-off that is still ahead; None when there is none."""
        return next((cutoff for cutoff in self.cutoffs if cutoff.at > now), None)

    def standing(self, now: datetime) -> Standing:
        """Past when closed or without a cut-off ahead, upcoming before it opens, else open."""
        if self.state is State.CLOSED or self.next_cutoff(now) is None:
            return Standing.PAST
        return Standing.UPCOMING if self.opens_at is not None and now < self.opens_at else Standing.OPEN


def facts_of(call: Opportunity) -> Facts:
    """The facts as they are now: what an edit starts from."""
    return Facts(
        title=call.title,
        funder=call.funder,
        cutoffs=tuple(CutoffFacts(one.at, one.zone, one.label) for one in call.cutoffs),
        summary=call.summary,
        body=call.body,
        amount=call.amount,
        programme_url=call.programme_url,
        opens_at=call.opens_at,
    )
