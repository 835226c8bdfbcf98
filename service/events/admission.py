"""Admission ★: what becomes of a request for a seat, by the terms of the event. Values in, values out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.events.capacity import Standing
from service.events.terms import Access, Mode, Terms


class Reason(StrEnum):
    """Why somebody has no seat yet."""

    NONE = ""
    SEAT = "seat"
    ORGANISATION = "organisation"
    MEMBERS = "members"
    APPROVAL = "approval"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody gets, and why it is not a seat."""

    standing: Standing
    waits_for: Reason = Reason.NONE


def verdict(*, terms: Terms, is_vouched: bool, is_decided: bool, lacking: str | None, now: datetime) -> Verdict:
    """What somebody gets who asks for a seat now.

    `is_vouched`: came by a link that was mailed to a member or an invited person. `is_decided`: a coordinator has said yes. `lacking`: the counter that
    has no seat for them.

    | by approval, not decided | not public, neither | members first, neither | lacks a counter | else |
    |---|---|---|---|---|
    | pending | pending | waitlisted | waitlisted | seated |
    """
    if terms.by_approval and not is_decided:
        return Verdict(Standing.PENDING, Reason.APPROVAL)
    if terms.access is not Access.PUBLIC and not (is_vouched or is_decided):
        return Verdict(Standing.PENDING, Reason.ACCESS)
    if is_held_back(terms=terms, is_vouched=is_vouched or is_decided, now=now):
        return Verdict(Standing.WAITLISTED, Reason.MEMBERS)
    if lacking is not None:
        return Verdict(Standing.WAITLISTED, reason(lacking))
    return Verdict(Standing.SEATED)


def possible(*, terms: Terms, is_limited: bool, now: datetime) -> frozenset[Verdict]:
    """All that somebody may get who asks now, whoever it is. `is_limited`: whether there are only so many seats in the mode they choose."""
    lacking = [None, *([Mode.ROOM.value] if is_limited else []), *(["organisation:"] if terms.organisation_limit is not None else [])]
    return frozenset(
        verdict(terms=terms, is_vouched=is_vouched, is_decided=False, lacking=one, now=now)
        for is_vouched in (False, True)
        for one in lacking
    )


def reason(lacking: str) -> Reason:
    """Why there is no seat for somebody who lacks that counter."""
    return Reason.SEAT if lacking in set(Mode) else Reason.ORGANISATION


def is_held_back(*, terms: Terms, is_vouched: bool, now: datetime) -> bool:
    """Whether members come first now and this is not one of them."""
    return terms.members_first_until is not None and now < terms.members_first_until and not is_vouched


def counters(*, terms: Terms, mode: Mode, organisation_key: str) -> tuple[str, ...]:
    """What a seat is counted by. Somebody without an organisation is under no limit of one."""
    limited = terms.organisation_limit is not None and organisation_key != ""
    return (mode.value, f"organisation:{organisation_key}") if limited else (mode.value,)


SHORTEST_OFFER = timedelta(hours=1)


def offered_until(*, now: datetime, hours: int, starts_at: datetime) -> datetime | None:
    """Until when a seat that is offered now is held: `hours`, or half of what is left before the event begins; None when that is too short to ask."""
    held = min(timedelta(hours=hours), (starts_at - now) / 2)
    return now + held if held >= SHORTEST_OFFER else None
