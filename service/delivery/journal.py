"""The journal: what the relay accepted, on disk before anything else happens on that connection.

One append-only file per worker in the state folder, one `write()` per acceptance, settled in PostgreSQL a moment later. If the process is killed in
between, whoever takes its leases over replays the file first. The page cache outlives a killed process; a machine that loses power may lose the last
seconds, and those copies go out again with the same Message-ID.

The owner holds a lock (`flock`) on its file: the kernel drops it with the process, so that a lock which can be taken proves its owner dead.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from service.delivery.verdict import heard

_ROTATE_AT = 4 * 1024 * 1024
_LINE = re.compile(r"(\d{1,18}) (\d{1,11}\.\d{3}) (.*)", re.DOTALL)


class Acceptance(NamedTuple):
    """A copy the relay has accepted: when, and with which words."""

    delivery_id: int
    at: datetime
    reply: str


class Journal:
    """The journal of this process; `name` is the lease's own (`name_of`). `broken`: the last acceptance could not be written."""

    def __init__(self, *, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name = folder, name
        self._lock = os.open(folder / f"{name}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._number = 0
        self._size = 0
        self._file = self._open(self._number)
        self.broken = self._torn = False

    def accepted(self, delivery_id: int, at: datetime, reply: str) -> None:
        """Write one acceptance with one `write()`; on a full disk `broken` is set and no further body may start until it is settled.

        After one that may be torn a line of its own begins, so that the two are never read as one.
        """
        line = f"{delivery_id} {at.timestamp():.3f} {' '.join(reply.split())}\n".encode("utf-8", "replace")
        try:
            self._torn = os.write(self._file, b"\n" + line if self._torn else line) < len(line)
        except OSError:
            self._torn = True
        self.broken = self.broken or self._torn
        self._size += len(line)

    def turn(self) -> Path | None:
        """Begin a new file when this one is long; returns the old one, to be removed (`forget`) when all in it is settled.

        Where no new one can be made, on a full disk or because somebody has removed the folder, the old one grows on.
        """
        if self._size < _ROTATE_AT:
            return None
        try:
            file = self._open(self._number + 1)
        except OSError:
            return None
        os.close(self._file)
        old, self._file = self._path(self._number), file
        self._number, self._size = self._number + 1, 0
        return old

    def close(self) -> None:
        """Remove the files: all that is in them is settled."""
        os.close(self._file)
        _remove(self._folder, self._name)
        os.close(self._lock)

    def _open(self, number: int) -> int:
        return os.open(self._path(number), os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600)

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._name}.{number}.log"


def name_of(worker_id: int, started_at: datetime) -> str:
    """The journal's name of a worker's row; the time keeps a wiped database's ids from meeting older files."""
    return f"{worker_id}-{int(started_at.timestamp() * 1_000_000)}"


def replay(*, folder: Path, name: str) -> Iterator[Acceptance]:
    """What a worker has written, in order; a torn line is left out."""
    for path in sorted(folder.glob(f"{name}.*.log"), key=lambda one: int(one.suffixes[0][1:])):
        for line in path.read_bytes().split(b"\n")[:-1]:
            if found := _LINE.fullmatch(line.decode("utf-8", "replace")):
                yield Acceptance(int(found[1]), datetime.fromtimestamp(float(found[2]), UTC), heard(found[3]))


def names(folder: Path) -> list[str]:
    """Whose journals are here."""
    return sorted(path.name.removesuffix(".lock") for path in folder.glob("*.lock"))


@contextlib.contextmanager
def claimed(*, folder: Path, name: str) -> Iterator[bool | None]:
    """Try to take a worker's lock: True when it is dead, False when it lives or is frozen, None when its journal is not on this host."""
    try:
        handle = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        dead = True
    except BlockingIOError:
        dead = False
    try:
        yield dead
    finally:
        os.close(handle)


def forget(*, folder: Path, name: str) -> None:
    """Remove a dead worker's files, after its acceptances are settled."""
    _remove(folder, name)


def _remove(folder: Path, name: str) -> None:
    for path in (*folder.glob(f"{name}.*.log"), folder / f"{name}.lock"):
        path.unlink(missing_ok=True)
