"""The terms of an event in its form: who is let in, and how; fields and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from service.events.terms import Access, Terms
from service.languages import wallclock
from service.languages.catalogues import marked
from service.web.edge import Form

ACCESS_NAMES = {
    Access.PUBLIC: marked("Everybody"),
    Access.MEMBERS: marked("Members; everybody else asks you"),
    Access.INVITED: marked("People on your list of invitations; everybody else asks you"),
}
_NUMBERS = ("organisation_limit", "online_capacity", "confirm_hours")
_BOXES = ("by_approval", "is_hybrid", "members_move_first")


def read(posted: Form, *, moment: Callable[[str], datetime | None], number: Callable[[str], int | None]) -> Terms:
    """What is typed; `moment` and `number` read a field."""
    access = posted.text("access")
    named: dict[str, Any] = {name: number(name) for name in _NUMBERS} | {name: posted.flag(name) for name in _BOXES}
    return Terms(
        access=Access(access) if access in set(Access) else Access.PUBLIC, members_first_until=moment("members_first_until"), **named
    )


def values(terms: Terms, zone: str) -> dict[str, str]:
    """The terms as the form shows them."""
    numbers = {name: str(getattr(terms, name) or "") for name in _NUMBERS}
    boxes = {name: "yes" for name in _BOXES if getattr(terms, name)}
    until = wallclock.write(terms.members_first_until, zone=zone)
    return {"access": terms.access.value, "members_first_until": until, **numbers, **boxes}
