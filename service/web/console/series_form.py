"""The form of more dates for a series: a row for each, filled by hand or by "every two weeks until". A row without a date is left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from service.errors import Problem, Refused
from service.events import repeating
from service.events.occasion import Occasion
from service.events.series import NewDate
from service.languages import wallclock
from service.web.console import event_form
from service.web.console.event_form import Reader, Values
from service.web.edge import Form

MOST = 60
"""Rows."""

_ROW = re.compile(r"dates\.(\d{1,3})\.date")


def blank(event: Occasion) -> Values:
    """One row with the hours of the event."""
    return _row(0, "", _hours(event)) | {"step": "1"}


def has_hours(event: Occasion) -> bool:
    """Whether a date may have other hours than the event: several days keep theirs."""
    return len(event.days) == 1


def rows(values: Mapping[str, object]) -> list[int]:
    """The numbers of the rows that the form has."""
    return sorted(int(found[1]) for name in values if (found := _ROW.fullmatch(name)))


def pressed(values: Values, *, event: Occasion, taken: Collection[date]) -> Values | None:
    """The form after a button that adds, removes or fills rows; None when another was pressed. `taken`: dates that the series has. Raises Refused."""
    what, _, number = values.get("do", "").partition(":")
    if what == "add-row":
        return values | _more(values, event, [""])
    if what == "remove-row":
        return {name: value for name, value in values.items() if not name.startswith(f"dates.{number}.")}
    if what == "fill":
        return _filled(values, event, taken)
    return None


def read(posted: Form, *, event: Occasion) -> list[NewDate]:
    """The dates in the order of the rows; raises Refused with everything that cannot be read, each at its row."""
    reader = Reader()
    found = [reader.all(lambda row=row: _date(posted, row, event), None) for row in _said(posted.values())]  # type: ignore[misc]
    reader.raise_problems()
    if not found:
        raise Refused("Give at least one date.", field=f"dates.{min(rows(posted.values()), default=0)}.date")
    return [one for one in found if one is not None]


def at(problems: Sequence[Problem], values: Values) -> list[Problem]:
    """Problems of the n-th date (`series.add_dates`) at its row."""
    numbers = _said(values)
    return [
        replace(one, field=re.sub(r"^\d+\.", lambda found: f"dates.{numbers[int(found[0][:-1])]}.", one.field or "")) for one in problems
    ]


def _said(values: Mapping[str, str]) -> list[int]:
    return [row for row in rows(values) if values[f"dates.{row}.date"].strip()]


def _date(posted: Form, row: int, event: Occasion) -> NewDate:
    field = f"dates.{row}"
    on = _day(posted.text(f"{field}.date"), f"{field}.date")
    return NewDate(on, event_form.span(posted, field, event.zone) if has_hours(event) else None)


def _day(text: str, field: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 2000 <= found.year <= 2200:
        raise Refused("Give a date, such as 2027-03-02.", field=field)
    return found


def _filled(values: Values, event: Occasion, taken: Collection[date]) -> Values:
    """From the last date that stands there on, else from the event's own; what the series has already is left out."""
    said = _said(values)
    after = (
        _day(values[f"dates.{said[-1]}.date"], f"dates.{said[-1]}.date")
        if said
        else event.starts_at.astimezone(ZoneInfo(event.zone)).date()
    )
    found = repeating.dates(after=after, step=values.get("step", ""), until=_day(values.get("until", ""), "until"), most=MOST - len(said))
    more = _more(values, event, [day.isoformat() for day in found if day not in taken])
    empty = set(rows(values)) - set(said)
    return {name: value for name, value in values.items() if not any(name.startswith(f"dates.{row}.") for row in empty)} | more


def _more(values: Values, event: Occasion, texts: Sequence[str]) -> Values:
    last = max(rows(values), default=-1)
    own = {name: values.get(f"dates.{last}.{name}", "") or hour for name, hour in _hours(event).items()}
    found: Values = {}
    for number, text in enumerate(texts[: MOST - len(_said(values))], start=last + 1):
        found |= _row(number, text, own)
    return found


def _row(number: int, text: str, hours: Mapping[str, str]) -> Values:
    return {f"dates.{number}.date": text, **{f"dates.{number}.{name}": hour for name, hour in hours.items()}}


def _hours(event: Occasion) -> dict[str, str]:
    if not has_hours(event):
        return {}
    begins, ends = (wallclock.write(moment, zone=event.zone).split("T")[1] for moment in (event.starts_at, event.ends_at))
    return {"from": begins, "to": ends}
