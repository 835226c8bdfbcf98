"""A `kutse up` in a process of its own, in a folder of its own, and what it leaves behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import site
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from service.supervisor import account

CHECKOUT = Path(__file__).parents[2]
NOBODY = 65534
IS_ROOT = os.geteuid() == 0


def people() -> list[int]:
    """The user ids to try things as: ourselves, and somebody ordinary where we are root and they can reach Python and the checkout."""
    reached = IS_ROOT and account.everybody_reaches(CHECKOUT) and _everybodys_python() is not None
    return [os.geteuid(), NOBODY] if reached else [os.geteuid()]


def _everybodys_python() -> Path | None:
    """An interpreter of our version that any user may run: ours, or the system's where ours lies under /root."""
    system = shutil.which(f"python{sys.version_info.major}.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin")
    candidates = [Path(sys.executable), *([Path(system)] if system else [])]
    return next((one for one in candidates if account.everybody_reaches(one)), None)


@contextlib.contextmanager
def place() -> Iterator[Path]:
    """A folder with a short path that everybody may walk through; all that Kutse put elsewhere for it is removed too."""
    folder = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for note in folder.rglob("postgresql-lies-in"):
            shutil.rmtree(note.read_text().strip(), ignore_errors=True)
        for note in folder.rglob("*-socket"):
            shutil.rmtree(note.read_text().strip(), ignore_errors=True)
        shutil.rmtree(folder)


class Kutse:
    """One `kutse up`. `command`: the program and its arguments, run in `folder`; `uid`: who runs it."""

    def __init__(self, state: Path, *, command: Sequence[str], uid: int | None = None, folder: Path = CHECKOUT, **environment: str) -> None:
        self.state = state
        self.port = int(environment.get("KUTSE_PORT") or free_port())
        self._command = [*command]
        self._folder = folder
        self._uid = uid
        if uid == NOBODY:
            self._command[0] = str(_everybodys_python())
            environment["PYTHONPATH"] = os.pathsep.join([str(CHECKOUT), *site.getsitepackages()])
        self._environment = {**clean_environment(), "KUTSE_STATE": str(state), "KUTSE_PORT": str(self.port), **environment}
        self._files = tempfile.mkdtemp(prefix="kt-out-", dir="/tmp")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def out(self) -> str:
        """What it wrote to standard output."""
        return Path(self._files, "out").read_text()

    @property
    def err(self) -> str:
        """What it wrote to standard error."""
        return Path(self._files, "err").read_text()

    def start(self) -> Kutse:
        """Start it; returns at once."""
        who: dict[str, Any] = {} if self._uid in (None, os.geteuid()) else {"user": self._uid, "group": self._uid, "extra_groups": []}
        with Path(self._files, "out").open("ab") as out, Path(self._files, "err").open("ab") as err:
            self.process = subprocess.Popen(
                self._command, stdout=out, stderr=err, cwd=self._folder, env=self._environment, start_new_session=True, **who
            )
        return self

    def until_ready(self, *, seconds: float = 60) -> Kutse:
        """Wait for the summary."""
        before = self.out.count("Ctrl-C")  # its last line
        self.until(lambda: self.out.count("Ctrl-C") > before, seconds=seconds)
        return self

    def until(self, what: Any, *, seconds: float = 30) -> None:
        """Wait until `what()`; fails when it ends before or takes longer."""
        end = time.monotonic() + seconds
        while not what():
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"not so, status {self.process.poll()}:\n{self.out}\n{self.err}")
            time.sleep(0.02)

    def ended(self, *, seconds: float = 60) -> int:
        """Wait for its end; the exit status."""
        assert self.process is not None
        return self.process.wait(seconds)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit status. SIGINT goes to the whole group, as from a terminal."""
        assert self.process is not None
        if how is signal.SIGINT:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        return self.ended()

    def pids(self) -> dict[str, int]:
        """Its recorded children, by name."""
        records = {path.stem: json.loads(path.read_text()) for path in (self.state / "run").glob("*.json")}
        return {name: told["pid"] for name, told in records.items() if "pid" in told}

    def close(self) -> None:
        """Leave nothing behind, however the test went."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        for one in still_running(self.state):
            one.kill()
        shutil.rmtree(self._files)


def still_running(state: Path) -> list[psutil.Process]:
    """Every process that has to do with a state folder: by its arguments, its folder or its environment."""
    found = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            about = [*one.cmdline(), one.cwd(), one.environ().get("KUTSE_STATE", "")]
            if one.pid != os.getpid() and any(str(state) in part for part in about):
                found.append(one)
    return found


def is_running(pid: int) -> bool:
    """Whether a process lives; one that has ended and was not yet collected by its parent does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def sleeper() -> subprocess.Popen[bytes]:
    """A process that has nothing to do with Kutse."""
    return subprocess.Popen(["sleep", "60"])


@contextlib.contextmanager
def listener() -> Iterator[int]:
    """A port that is taken for the while."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield int(one.getsockname()[1])


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def shape(path: Path) -> dict[str, tuple[int, int, int]]:
    """Mode, owner and group of a folder and all above it."""
    found = {str(one): one.stat() for one in (path, *path.parents)}
    return {name: (stat.S_IMODE(one.st_mode), one.st_uid, one.st_gid) for name, one in found.items()}


def clean_environment() -> dict[str, str]:
    """Our environment without anything that says something to Kutse or to pytest."""
    mine = ("KUTSE_", "DATABASE_URL", "REDIS_URL", "PICCOLO_", "PYTEST_", "COV_")
    return {name: value for name, value in os.environ.items() if not name.startswith(mine)} | {"PYTHONDONTWRITEBYTECODE": "1"}


STAND_IN = (sys.executable, str(CHECKOUT / "tests" / "supervisor" / "stand_in.py"), "up")
