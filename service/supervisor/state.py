"""The state folder: its layout, who holds it, and which version wrote it.

Only one supervisor works on a state folder at a time. Everything in it is for its owner's eyes; a folder that was there before keeps
its mode, and what lies inside is closed instead.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from service.errors import UnableToStart

FORMAT = 1
"""Of the layout of this folder; a newer number is refused."""

ROOM_TO_START = 100_000_000
"""Bytes that must be free: less, and PostgreSQL would stop in the middle of its first minute."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The state folder at `path` and the places in it."""

    path: Path

    @property
    def run(self) -> Path:
        """What only matters while Kutse runs: the lock, the records of processes, Valkey's socket."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """What PostgreSQL and Valkey say."""
        return self.path / "logs"

    @property
    def environment(self) -> Path:
        """The settings of the embedded servers while they run, for `kutse` commands in another terminal."""
        return self.run / "environment.json"

    def log(self, name: str) -> Path:
        """The log file of one server; a large one is put aside as `.1` at the next start."""
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > 5_000_000:
            path.replace(path.with_suffix(".log.1"))
        return path


@contextlib.contextmanager
def held(path: Path) -> Iterator[Folder]:
    """The state folder, made when it is new, ours alone until the end; raises UnableToStart with what stands in the way."""
    folder = Folder(path)
    try:
        _make(folder)
        with (folder.run / "lock").open("a+") as lock:
            _take(lock, folder)
            _check_version(folder)
            _check_space(folder)
            yield folder
    except PermissionError as error:
        raise UnableToStart(
            f"{error.filename or path} cannot be written by {_me()}: name another state folder with KUTSE_STATE, or run as its owner."
        ) from error
    except OSError as error:
        raise UnableToStart(f"{error.filename or path}: {error.strerror}.") from error


def private(path: Path, mode: int = 0o700) -> Path:
    """A folder of ours: made with exactly `mode`, or left as it is when it is there."""
    try:
        path.mkdir()
    except FileExistsError:
        if not path.is_dir():
            raise UnableToStart(f"{path} must be a folder, and is a file.") from None
    else:
        path.chmod(mode)
    return path


def write(path: Path, text: str) -> None:
    """Write a file only its owner reads, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)


def _make(folder: Folder) -> None:
    folder.path.parent.mkdir(parents=True, exist_ok=True)
    # As root PostgreSQL's data lies inside and belongs to another user, who must be able to walk through.
    private(folder.path, 0o711 if os.geteuid() == 0 else 0o700)
    for inner in (folder.run, folder.logs):
        private(inner)


def _take(lock: IO[str], folder: Folder) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip()
        raise UnableToStart(
            f"Kutse already runs on {folder.path} (process {holder or 'unknown'}): stop that one first, "
            "or name another state folder with KUTSE_STATE."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()


def _check_version(folder: Folder) -> None:
    stamp = folder.path / "version"
    try:
        found = json.loads(stamp.read_text(encoding="utf-8"))["format"]
    except FileNotFoundError:
        write(stamp, json.dumps({"format": FORMAT}) + "\n")
        return
    except (ValueError, KeyError, TypeError):
        raise UnableToStart(f"{stamp} is damaged: restore the state folder from a backup, or name another with KUTSE_STATE.") from None
    if found > FORMAT:
        raise UnableToStart(
            f"{folder.path} was written by a newer Kutse (format {found}, this one knows {FORMAT}): "
            "install that version again, or name another state folder with KUTSE_STATE."
        )


def _check_space(folder: Folder) -> None:
    free = shutil.disk_usage(folder.path).free
    if free < ROOM_TO_START:
        raise UnableToStart(
            f"Only {free // 1_000_000} MB are free where {folder.path} lies, and Kutse needs {ROOM_TO_START // 1_000_000}: "
            "make room, or name another state folder with KUTSE_STATE."
        )


def _me() -> str:
    return f"user {os.geteuid()}"
