"""When to try again ★: retries of a copy from 5 minutes to 4 hours for 4 days; probes of a relay from 2 seconds to 5 minutes."""

from __future__ import annotations

from datetime import timedelta

from service.delivery.verdict import Reply, Stage

_FIRST = timedelta(minutes=5)
_LONGEST = timedelta(hours=4)
_GIVE_UP = timedelta(days=4)
_PROBE_FIRST = 2.0
_PROBE_LONGEST = 300.0


def retry_after(*, attempts: int, chance: float) -> timedelta | None:
    """How long to wait after the given number of attempts (1: the first has failed); None: give up.

    `chance` in [0, 1) spreads copies that failed together: the wait is 75 to 125 % of 5, 10, 20, … 240 minutes.
    """
    waited = sum((_wait(done) for done in range(1, attempts)), timedelta())
    if waited >= _GIVE_UP:
        return None
    return _wait(attempts) * (0.75 + chance / 2)


def slows(stage: Stage, reply: Reply) -> bool:
    """Whether a destination asks for less mail: 421 or 4.7.x about a recipient or a body."""
    return stage in (Stage.RCPT, Stage.DOT) and (reply.code == 421 or (400 <= reply.code < 500 and reply.status.startswith("4.7.")))


def probe_after(*, refusals: int, chance: float) -> timedelta:
    """How long a relay is left alone that refused us so many times in a row."""
    seconds = min(_PROBE_LONGEST, _PROBE_FIRST * 2.0 ** min(refusals - 1, 20))
    return timedelta(seconds=seconds * (0.75 + chance / 2))


def _wait(attempts: int) -> timedelta:
    return min(_LONGEST, _FIRST * (1 << min(attempts - 1, 20)))
