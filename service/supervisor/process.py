"""A child process: in a session of its own, recorded by pid and birth, so that whoever starts next knows it again.

A session of its own keeps Ctrl-C in the terminal from reaching the children: they are stopped by the supervisor, in order.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from service.supervisor import state

SAME_BIRTH = 2.0
"""Seconds by which the recorded and the found start of one process may differ (the clock was set in between)."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a process is asked to stop, and the seconds it has before it is killed."""

    signal: signal.Signals = signal.SIGTERM
    grace: float = 10


class Process:
    """One running child of ours."""

    def __init__(self, popen: subprocess.Popen[bytes], *, record: Path, manner: Manner) -> None:
        self._popen = popen
        self._record = record
        self.manner = manner
        state.write(record, json.dumps({"pid": popen.pid, "born": psutil.Process(popen.pid).create_time(), "manner": [*_plain(manner)]}))

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    def ended(self) -> int | None:
        """The exit status (negative: the signal that ended it), or None while it runs."""
        return self._popen.poll()

    def stop(self) -> None:
        """Ask it to stop, wait its grace, then kill it with all it started; no error when it is gone already."""
        if self._popen.poll() is None:
            self._popen.send_signal(self.manner.signal)
            try:
                self._popen.wait(self.manner.grace)
            except subprocess.TimeoutExpired:
                _kill(psutil.Process(self.pid))
                self._popen.wait()
        self._record.unlink(missing_ok=True)


def start(
    command: Sequence[str | Path],
    *,
    record: Path,
    output: IO[bytes] | Callable[[str], None],
    manner: Manner = Manner(),
    environment: Mapping[str, str],
    **options: Any,
) -> Process:
    """Start a child. `output`: a file, or who is handed each line it writes; `options` go to Popen (user, pass_fds, cwd)."""
    popen = subprocess.Popen(  # noqa: S603  # every command is built here, of our own paths
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if callable(output) else output,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        start_new_session=True,
        umask=0o077,
        **options,
    )
    if callable(output):
        threading.Thread(target=_relay, args=(popen.stdout, output), daemon=True).start()
    return Process(popen, record=record, manner=manner)


def clear_survivor(record: Path) -> bool:
    """Stop the process that `record` tells of, if that very one still runs; whether it did."""
    with contextlib.suppress(OSError, ValueError, KeyError, psutil.NoSuchProcess):
        told = json.loads(record.read_text(encoding="utf-8"))
        found = psutil.Process(told["pid"])
        if abs(found.create_time() - told["born"]) < SAME_BIRTH and _lives(found):
            _stop_foreign(found, Manner(signal.Signals(told["manner"][0]), told["manner"][1]))
            record.unlink(missing_ok=True)
            return True
    record.unlink(missing_ok=True)
    return False


def _stop_foreign(found: psutil.Process, manner: Manner) -> None:
    found.send_signal(manner.signal)
    until = time.monotonic() + manner.grace
    while _lives(found):
        if time.monotonic() > until:
            _kill(found)
            return
        time.sleep(0.02)


def _lives(found: psutil.Process) -> bool:
    """A zombie has ended: whoever adopted it may take its time to notice."""
    try:
        return found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _kill(found: psutil.Process) -> None:
    for one in [*found.children(recursive=True), found]:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()


def _plain(manner: Manner) -> tuple[int, float]:
    return int(manner.signal), manner.grace


def _relay(lines: IO[bytes], told: Callable[[str], None]) -> None:
    with lines:
        for line in lines:
            told(line.decode(errors="replace").rstrip())
