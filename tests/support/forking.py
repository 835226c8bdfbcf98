"""Processes of `kutse` that begin with everything imported: one process imports it once and forks for each. As a program, this is that process.

To import everything takes longer than most commands do their work, and a test run starts some eighty of them.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tests.support.running import CHECKOUT, clean_environment

_HEAVY = ("service.app", "service.supervisor.up", "service.sample.loading", "workers.main")
_LONGEST = 1 << 20


class Forking:
    """The process that forks, seen from the tests. Any thread may ask it."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._peer, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())], cwd=CHECKOUT, env=clean_environment(), pass_fds=(theirs.fileno(),)
            )

        atexit.register(self._close)

    def _close(self) -> None:
        """It ends when its peer has gone."""
        self._peer.close()
        self._process.wait(10)

    def ask(self, order: Mapping[str, Any], files: Sequence[int] = ()) -> Any:
        """Send an order with open files; its answer."""
        with self._turn:
            socket.send_fds(self._peer, [json.dumps(order).encode()], files)
            return json.loads(self._peer.recv(_LONGEST))


@functools.cache
def _forking() -> Forking:
    return Forking()


class Child:
    """One `kutse <arguments>` that was forked; used like `subprocess.Popen`. `files`: standard output, standard error, and what stays open under its number."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], files: Sequence[int], cwd: Path = CHECKOUT) -> None:
        order = {"arguments": arguments, "environment": dict(environment), "cwd": str(cwd), "numbers": [1, 2, *files[2:]]}
        self.pid = int(_forking().ask(order, files))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, when it has ended; minus the signal that ended it."""
        if self.returncode is None:
            self.returncode = _forking().ask({"pid": self.pid})
        return self.returncode

    def wait(self, timeout: float = 60) -> int:
        """Wait for the end, at most `timeout` seconds; the exit status."""
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("kutse", timeout)
            time.sleep(0.01)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


def run(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`kutse <arguments>` to its end: no terminal, nothing to read."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        status = Child(*arguments, environment=environment, files=(out.fileno(), err.fileno())).wait()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess([*arguments], status, out.read(), err.read())


def _serve(peer: socket.socket) -> None:
    before = set(os.environ)
    main = importlib.import_module("service.cli.main")
    for name in (*(f"service.cli.{command}" for command in main.COMMANDS), *_HEAVY):
        importlib.import_module(name)
    imported = {name: os.environ[name] for name in os.environ.keys() - before}
    while True:
        told, files, _, _ = socket.recv_fds(peer, _LONGEST, 8)
        if not told:
            return
        order = json.loads(told)
        order["environment"] = {**imported, **order.get("environment", {})}
        peer.send(json.dumps(_answer(order, files, peer, main.main)).encode())


def _answer(order: Mapping[str, Any], files: Sequence[int], peer: socket.socket, main: Any) -> int | None:
    if "pid" in order:
        pid, status = os.waitpid(order["pid"], os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None
    child = os.fork()
    if child == 0:
        peer.close()
        _become(order, files)
        _do(main)
    for one in files:
        os.close(one)
    return child


def _become(order: Mapping[str, Any], files: Sequence[int]) -> None:
    # Out of the way first: a number that is wanted may be one that was given.
    moved = [os.dup(one) for one in files]
    for one in files:
        os.close(one)
    high = [os.dup2(one, 200 + index) for index, one in enumerate(moved)]
    for one in moved:
        os.close(one)
    for one, number in zip(high, order["numbers"], strict=True):
        os.dup2(one, number, inheritable=True)
        os.close(one)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["cwd"])
    sys.argv = ["kutse", *order["arguments"]]


def _do(main: Any) -> NoReturn:
    status: Any = 0
    try:
        main()
    except SystemExit as ended:
        status = ended.code or 0
    except BaseException:  # noqa: BLE001  # what a process of its own says before it ends with status 1
        sys.excepthook(*sys.exc_info())
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(status))


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
