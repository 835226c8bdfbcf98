"""The form in which a coordinator chooses when letters go out: a number and a unit for each."""

from __future__ import annotations

from typing import Any

from service.errors import Problem, Refused
from service.events import plan
from service.events.plan import LONGEST, MOST_REMINDERS, Distance, Plan
from service.web.edge import Form


def values_of(planned: Plan) -> dict[str, str]:
    """The plan as its fields show it."""
    rows = {f"reminder.{number}": one for number, one in enumerate(plan.in_order(planned.reminders), start=1)}
    rows |= {name: one for name in ("joining", "thanks") for one in plan.in_order(getattr(planned, name))}
    usual = {f"{name}.unit": unit for name, unit in (("joining", "h"), ("thanks", "d"))}
    return usual | {f"{name}.{part}": str(getattr(one, part)) for name, one in rows.items() for part in ("amount", "unit")}


def read(posted: Form) -> dict[str, Any]:
    """What was typed, as `planning.save` takes it; raises Refused with every field that makes no sense."""
    problems: list[Problem] = []
    found = [_distance(posted, f"reminder.{number}", problems) for number in range(1, MOST_REMINDERS + 1)]
    chosen = {name: _distance(posted, name, problems) for name in ("joining", "thanks")}
    if problems:
        raise Refused.all(problems)
    return {"reminders_before": list(dict.fromkeys(one for one in found if one)), **chosen}


def _distance(posted: Form, name: str, problems: list[Problem]) -> Distance | None:
    amount, unit = posted.text(f"{name}.amount", limit=40), posted.text(f"{name}.unit", limit=40)
    if not amount:
        return None
    found = Distance.read(amount.lstrip("0") + unit)
    if found is None:
        most = LONGEST.get(unit, LONGEST["d"])
        problems.append(Problem("Write a whole number from 1 to {most}, or leave it empty.", f"{name}.amount", {"most": most}))
    return found
