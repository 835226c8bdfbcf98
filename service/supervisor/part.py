"""A part of the whole that is kept running: restarted with back-off when it dies, and a line says so."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from service.errors import UnableToStart
from service.supervisor import process

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
SETTLED = 60.0
"""Seconds; between restarts the pause doubles from the first to the longest, and a part that ran this long starts from the first again.

Short enough that a worker which is killed again and again carries mail again within 15 s, its own start included."""

CANNOT_START = 78
"""The exit status with which our own processes say that a setting or server keeps them from starting (EX_CONFIG)."""


@dataclass
class Part:
    """`launch` starts it and returns when it can be used; raises UnableToStart. `deaths`: the exit statuses it died with."""

    name: str
    launch: Callable[[], process.Process]
    say: Callable[[str], None]
    running: process.Process | None = None
    deaths: list[int] = field(default_factory=list)
    _started: float = 0.0
    _due: float = 0.0
    _pause: float = field(default=FIRST_PAUSE)

    def start(self) -> None:
        """Start it; raises UnableToStart."""
        self._started = time.monotonic()
        self.running = self.launch()

    def tend(self) -> None:
        """Notice that it died, and start it again when its pause is over. Called a few times a second."""
        status = self.running.ended() if self.running else None
        if self.running and status is not None:
            self.stop()
            self.deaths.append(status)
            self._put_off(f"{self.name} ended unexpectedly ({told(status)})")
        elif self.running is None and time.monotonic() >= self._due:
            try:
                self.start()
                self.say(f"{self.name} is started again.")
            except UnableToStart as error:
                self._put_off(str(error).rstrip("."))

    def stop(self) -> None:
        """Stop it; no error when it does not run."""
        if self.running:
            self.running.stop()
            self.running = None

    def _put_off(self, why: str) -> None:
        if time.monotonic() - self._started > SETTLED:
            self._pause = FIRST_PAUSE
        self._due = time.monotonic() + self._pause
        self.say(f"{why}; starting it again in {self._pause:g} s.")
        self._pause = min(self._pause * 2, LONGEST_PAUSE)


def told(status: int) -> str:
    """An exit status in words."""
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
