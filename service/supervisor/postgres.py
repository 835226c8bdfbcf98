"""The embedded PostgreSQL: made, started and stopped by us with the wheel's own programs.

It listens on a socket in a private folder only, asks for a password even there, and runs as Kutse's user, or as one of its own where that is root.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import asyncpg
import psutil

from service.errors import UnableToStart
from service.supervisor import account, process, sockets, state, wheels

MANNER = process.Manner(signal.SIGINT, 60)
"""SIGINT is PostgreSQL's "fast" shutdown: sessions are ended, and everything committed is written down."""

SECONDS_TO_START = 60
"""Recovery after a crash is part of a start."""

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_DATABASE = "kutse"


@dataclass(frozen=True, slots=True)
class Postgres:
    """This state folder's PostgreSQL."""

    folder: state.Folder
    home: account.Home
    sockets: Path
    password: str

    @property
    def url(self) -> str:
        """For `DATABASE_URL`."""
        return self._url(_DATABASE)

    def start(self, *, wait: Callable[[float], object] = time.sleep) -> process.Process:
        """Start the server, making its data and the database when they are new; raises UnableToStart.

        `wait` is called with seconds while nothing is to be done, and may raise to give up.
        """
        if not self.home.data.exists():
            _initialise(self.home, self.password)
        _check_major(self.home.data)
        _require_alone(self.home.data)
        _drop_stale_locks(self.home.data, self.sockets)
        log = self.folder.log("postgresql")
        with log.open("ab") as output:
            said_before = output.tell()
            running = self._spawn(output)
        try:
            _wait_until_ready(running, self.home.data, log, said_before, wait)
            asyncio.run(_ensure_database(self._url("postgres")))
        except BaseException:
            running.stop()
            raise
        return running

    def _url(self, database: str) -> str:
        return f"postgresql://kutse:{self.password}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def _spawn(self, output: IO[bytes]) -> process.Process:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "log_timezone": "UTC",
            "timezone": "UTC",
            "log_checkpoints": "off",
        }
        command: list[str | Path] = [self.home.programs / "bin" / "postgres", "-D", self.home.data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return process.start(
            command,
            record=self.folder.run / "postgresql.json",
            output=output,
            manner=MANNER,
            environment=_ENVIRONMENT,
            cwd="/",
            **self.home.options,
        )


def at(folder: state.Folder) -> Postgres:
    """The PostgreSQL of a state folder, not yet started; raises UnableToStart."""
    home = account.home(folder)
    return Postgres(
        folder=folder,
        home=home,
        sockets=sockets.folder(home.path / "socket", note=folder.run / "postgresql-socket", owner=home.uid),
        password=_password(folder.path / "postgresql-password"),
    )


def _password(path: Path) -> str:
    if not path.exists():
        state.write(path, secrets.token_hex(24) + "\n")
    return path.read_text(encoding="ascii").strip()


def _initialise(home: account.Home, password: str) -> None:
    """Make the data folder aside and move it into place when it is complete."""
    for remains in home.path.glob("new-*"):
        shutil.rmtree(remains)
    options = account.initdb_options(home)
    aside = state.private(home.path / f"new-{secrets.token_hex(4)}")
    key = aside / "password"
    state.write(key, password)
    if options:
        for path in (aside, key):
            os.chown(path, options["user"], options["group"])
    _initdb(home.programs / "bin" / "initdb", aside / "data", key, options)
    for path in (aside / "data", *(aside / "data").rglob("*")):
        home.own(path)
    (aside / "data").rename(home.data)
    shutil.rmtree(aside)


def _initdb(program: Path, data: Path, password: Path, options: dict[str, Any]) -> None:
    command = [
        *(str(program), "-D", str(data), "--username=kutse", f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    ]
    made = subprocess.run(  # noqa: S603  # the wheel's program
        command, env=_ENVIRONMENT, cwd="/", capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **options
    )
    if made.returncode != 0:
        reason = next((line for line in made.stderr.splitlines() if "error" in line or "FATAL" in line), made.stderr.strip()[-200:])
        raise UnableToStart(f"PostgreSQL could not make its data folder: {reason}.")


def _check_major(data: Path) -> None:
    found = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    ours = wheels.postgresql_version().split(".")[0]
    if found != ours:
        raise UnableToStart(
            f"{data} was made by PostgreSQL {found}, and this Kutse brings {ours}: dump it with the version that made it "
            "and load the dump, or name another state folder with KUTSE_STATE."
        )


def _require_alone(data: Path) -> None:
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        if _serves(pid, data):
            raise UnableToStart(f"A PostgreSQL that is not ours runs on {data} (process {pid}): stop it first.")


def _drop_stale_locks(data: Path, sockets: Path) -> None:
    """Forget a server that was killed: its pid may be another process by now, which would keep PostgreSQL from starting."""
    for lock in (data / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
        lock.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    try:
        return Path(psutil.Process(pid).cwd()) == data.resolve()
    except psutil.Error:
        return False


def _wait_until_ready(running: process.Process, data: Path, log: Path, said_before: int, wait: Callable[[float], object]) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while not _ready(data, running.pid):
        if running.ended() is not None or time.monotonic() > until:
            raise UnableToStart(f"PostgreSQL did not start: {_last_words(log, said_before)} (all of it is in {log}).")
        wait(0.02)


def _ready(data: Path, pid: int) -> bool:
    """`postmaster.pid` says it in its eighth line, as pg_ctl reads it."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _last_words(log: Path, said_before: int) -> str:
    with log.open("rb") as file:
        file.seek(said_before)
        lines = file.read().decode(errors="replace").splitlines()
    grave = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "ERROR:" in line] or lines[-1:] or ["it said nothing"]
    return grave[0].rpartition("FATAL:")[2].rpartition("PANIC:")[2].strip()


async def _ensure_database(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", _DATABASE):
            await connection.execute(f"CREATE DATABASE {_DATABASE}")
    finally:
        await connection.close()
