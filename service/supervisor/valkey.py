"""The embedded Valkey: the queue's nudges, append-only, on a socket that only we may open."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from service.errors import UnableToStart
from service.supervisor import process, sockets, state, wheels

SECONDS_TO_START = 30


@dataclass(frozen=True, slots=True)
class Valkey:
    """This state folder's Valkey."""

    folder: state.Folder
    socket: Path

    @property
    def url(self) -> str:
        """For `REDIS_URL`."""
        return f"unix://{self.socket}"

    def start(self, *, wait: Callable[[float], object] = time.sleep) -> process.Process:
        """Start the server and wait until it answers; raises UnableToStart. `wait` as in Postgres.start."""
        data = state.private(self.folder.path / "valkey")
        self.socket.unlink(missing_ok=True)
        log = self.folder.log("valkey")
        with log.open("ab") as output:
            running = process.start(
                [wheels.valkey(), *_arguments(data, self.socket)],
                record=self.folder.run / "valkey.json",
                output=output,
                environment=os.environ,
            )
        try:
            self._wait_until_ready(running, log, wait)
        except BaseException:
            running.stop()
            raise
        return running

    def _wait_until_ready(self, running: process.Process, log: Path, wait: Callable[[float], object]) -> None:
        until = time.monotonic() + SECONDS_TO_START
        while not _answers(self.socket):
            if running.ended() is not None or time.monotonic() > until:
                raise UnableToStart(f"Valkey did not start; {log} says why.")
            wait(0.02)


def at(folder: state.Folder) -> Valkey:
    """The Valkey of a state folder, not yet started."""
    place = sockets.folder(folder.run, note=folder.run / "valkey-socket", owner=os.geteuid())
    return Valkey(folder=folder, socket=place / "valkey.sock")


def _arguments(data: Path, path: Path) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
    }
    return [word for name, value in settings.items() for word in (f"--{name}", value)]


def _answers(path: Path) -> bool:
    """A greeting alone is not enough: while it loads its data it answers with an error."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(1)
        try:
            peer.connect(str(path))
            peer.sendall(b"PING\r\n")
            return peer.recv(64).startswith(b"+PONG")
        except OSError:
            return False
