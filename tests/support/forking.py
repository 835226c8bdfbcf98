"""Processes of `kutse` that begin with everything imported: one process imports it once and forks for each command. As a program, it is that process."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_HEAVY = ("service.app", "service.supervisor.up", "service.sample", "workers.main")


class Forked:
    """Runs commands one after the other, each in a process of its own. Any thread may ask; `close` ends it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._turn = threading.Lock()
        self._server = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=folder, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, arguments: Sequence[str], *, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """`kutse <arguments>` in this environment, to its end; no terminal, nothing to read."""
        with self._turn, tempfile.TemporaryDirectory(prefix="kt-fork-", dir="/tmp") as told:
            status = self._ask({"arguments": [*arguments], "environment": dict(environment), "told": told})
            out, err = (Path(told, name).read_text() for name in ("out", "err"))
        return subprocess.CompletedProcess([*arguments], status, out, err)

    def _ask(self, order: Mapping[str, Any]) -> int:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(json.dumps(order), file=self._server.stdin, flush=True)
        return int(self._server.stdout.readline())

    def close(self) -> None:
        """End the process that forks."""
        self._server.communicate(timeout=10)


def _serve() -> None:
    main = importlib.import_module("service.cli.main")
    for name in (*(f"service.cli.{command}" for command in main.COMMANDS), *_HEAVY):
        importlib.import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order)
            os._exit(_status_of(main.main))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(order: Mapping[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(order["environment"])
    for number, path in enumerate((os.devnull, f"{order['told']}/out", f"{order['told']}/err")):
        os.dup2(os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ["kutse", *order["arguments"]]


def _status_of(main: Any) -> int:
    status: Any = 0
    try:
        main()
    except SystemExit as ended:
        status = ended.code or 0
    except BaseException:  # what a process of its own would say before it ends with status 1
        sys.excepthook(*sys.exc_info())
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return int(status)


if __name__ == "__main__":
    _serve()
