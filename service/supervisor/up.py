"""`kutse up`, told from the top down: hold the state folder, clear what survived, start, prepare, say ready, keep, stop in reverse.

What outlived a killed supervisor is stopped in order, not adopted: a stop takes a fraction of a second and loses nothing, and afterwards
everything runs with today's settings and today's code.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from service.errors import UnableToStart
from service.settings import Settings
from service.supervisor import health, ports, process, state, summary, whole
from service.supervisor.part import CANNOT_START, told
from service.supervisor.terminal import Terminal

KUTSE = (sys.executable, "-m", "service.cli")
SECONDS_TO_READY = 60
DEATHS_TO_GIVE_UP = 3
"""While starting for the first time; afterwards a part is started again for ever."""

_TICK = 0.2
_PUBLIC = ("DATABASE_URL", "REDIS_URL", "KUTSE_CATCHER", "KUTSE_EMBEDDED")


class _Stopped(Exception):
    """Somebody asked us to stop."""


def up(settings: Settings, *, terminal: Terminal, kutse: Sequence[str] = KUTSE) -> None:
    """Run the whole of Kutse until SIGINT, SIGTERM or SIGHUP; raises UnableToStart with one sentence."""
    with _stoppable() as wait, state.held(settings.state) as folder:
        try:
            _clear_survivors(folder, terminal)
            ports.require_free(settings.site.host, settings.site.port)
            everything = whole.of(settings, folder=folder, terminal=terminal, wait=wait, kutse=kutse)
            try:
                _run(everything)
            finally:
                terminal.say("Stopping.")
                everything.stop()
        except _Stopped:
            terminal.say("Everything is stopped.")


@contextlib.contextmanager
def _stoppable() -> Iterator[Callable[[float], None]]:
    """A way to wait that raises `_Stopped` once a signal has come; signals after the first change nothing."""
    stop = threading.Event()
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {one: signal.signal(one, lambda *_: stop.set()) for one in asked}

    def wait(seconds: float) -> None:
        if stop.wait(seconds):
            raise _Stopped

    try:
        yield wait
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _clear_survivors(folder: state.Folder, terminal: Terminal) -> None:
    for name in reversed(whole.IN_ORDER):
        if process.clear_survivor(whole.record(folder, name)):
            terminal.say(f"Stopped {name}, which had outlived the last `kutse up`.")


def _run(everything: whole.Whole) -> None:
    for part in everything.servers:
        part.start()
    _publish(everything)
    prepared = everything.prepare()
    for part in everything.programs:
        part.start()
    _wait_until_whole(everything)
    everything.terminal.show(title="Kutse is ready.", rows=summary.rows(everything.settings, everything.environment, prepared))
    while True:
        _tend(everything)


def _publish(everything: whole.Whole) -> None:
    """For `kutse` commands in another terminal, while we run."""
    told_to_others = {name: everything.environment[name] for name in _PUBLIC if name in everything.environment}
    told_to_others["KUTSE_URL"] = everything.settings.site.url  # so that links they print lead here, whatever the port
    state.write(everything.folder.environment, json.dumps(told_to_others))


def _tend(everything: whole.Whole) -> None:
    for part in everything.parts:
        part.tend()
    everything.wait(_TICK)


def _wait_until_whole(everything: whole.Whole) -> None:
    """Until `/health/whole` says so; raises UnableToStart when a part cannot start at all."""
    until = time.monotonic() + SECONDS_TO_READY
    while missing := health.missing(everything.settings.site):
        _tend(everything)
        _give_up_if_hopeless(everything)
        if time.monotonic() > until:
            everything.terminal.say(f"Still waiting for: {', '.join(missing)}.")
            until += SECONDS_TO_READY


def _give_up_if_hopeless(everything: whole.Whole) -> None:
    for part in everything.programs:
        if CANNOT_START in part.deaths or len(part.deaths) >= DEATHS_TO_GIVE_UP:
            raise UnableToStart(f"{part.name} cannot start ({told(part.deaths[-1])}); its last lines say why.")
