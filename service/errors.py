"""What a room says when it cannot do what it was asked: the one error tree, free of HTTP.

The text is an English message id with `{name}` places; Babel collects it from the constructor call, and the edge
(`web/errors.py`, `cli`) says it in the reader's language. A sentence tells the person what to do next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the message id, the form field it belongs to (`None`: the whole), the values named in it."""

    text: str
    field: str | None = None
    values: Mapping[str, object] = dataclass_field(default_factory=dict)


class ServiceError(Exception):
    """Base of everything that a room raises on purpose. `problems` is never empty."""

    def __init__(self, text: str, /, *, field: str | None = None, **values: object) -> None:
        super().__init__(text)
        self.problems: tuple[Problem, ...] = (Problem(text, field, values),)

    @property
    def problem(self) -> Problem:
        """The first problem: the sentence for a page's title."""
        return self.problems[0]


class Refused(ServiceError):
    """The request cannot be done as asked (422): bad input, or a rule of the domain."""

    @classmethod
    def all(cls, problems: Iterable[Problem]) -> Refused:
        """Every problem of a form at once; raises ValueError when there is none."""
        found = tuple(problems)
        if not found:
            raise ValueError("Refused.all needs at least one problem")
        error = cls(found[0].text, field=found[0].field, **found[0].values)
        error.problems = found
        return error


def problems_of(check: Callable[..., object], /, *values: object, **named: object) -> tuple[Problem, ...]:
    """What `check` refuses about the values; empty when it lets them pass. So that a form shows all its problems at once."""
    try:
        check(*values, **named)
    except Refused as error:
        return error.problems
    return ()


class NotFound(ServiceError):
    """There is no such thing here, or it is not for this reader (404)."""


class Gone(ServiceError):
    """It was here and is over: an expired link, a page taken down (410)."""


class Forbidden(ServiceError):
    """The signed-in person may not do this (403)."""


class Stale(ServiceError):
    """Somebody else changed it meanwhile (409): nothing was written; load again."""


class TryLater(ServiceError):
    """A part Kutse needs is away for the moment (503). `retry_after` in seconds."""

    def __init__(self, text: str, /, *, retry_after: int = 10, field: str | None = None, **values: object) -> None:
        super().__init__(text, field=field, **values)
        self.retry_after = retry_after


class TooMany(TryLater):
    """A cap was reached (429). `retry_after` in seconds."""


class UnableToStart(Exception):
    """A setting, port, folder or server keeps a process from starting; one sentence for the operator, in English."""
