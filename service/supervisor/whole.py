"""The parts of one Kutse: which there are is decided by the settings, and what each child is told by its environment."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.errors import UnableToStart
from service.settings import Settings
from service.supervisor import ports, postgres, process, secret, state, valkey
from service.supervisor.part import CANNOT_START, Part, told
from service.supervisor.terminal import Terminal

IN_ORDER = ("postgresql", "valkey", "catcher", "prepare", "web", "worker", "intake")
"""Every process there can be, in the order of starting."""

_MANNERS = {"web": process.Manner(grace=15), "worker": process.Manner(grace=25)}


@dataclass
class Whole:
    """`servers` come first, `programs` after `prepare()`. Nothing runs before it is started."""

    settings: Settings
    folder: state.Folder
    terminal: Terminal
    wait: Callable[[float], object]
    kutse: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    servers: list[Part] = field(default_factory=list)
    programs: list[Part] = field(default_factory=list)

    @property
    def parts(self) -> list[Part]:
        """All, in the order of starting."""
        return [*self.servers, *self.programs]

    def part(self, name: str, launch: Callable[[], process.Process]) -> Part:
        """A part that reports to this terminal."""
        return Part(name=name, launch=launch, say=self.terminal.say)

    def child(self, name: str, *arguments: str, inherited: socket.socket | None = None) -> process.Process:
        """Start `kutse <arguments>` as the process `name`."""
        return process.start(
            [*self.kutse, *arguments],
            record=record(self.folder, name),
            output=lambda line: self.terminal.relay(name, line),
            manner=_MANNERS.get(name, process.Manner()),
            environment={**os.environ, **self.environment},
            pass_fds=() if inherited is None else (inherited.fileno(),),
        )

    def prepare(self) -> dict[str, Any]:
        """Migrate, load samples, make the first coordinator: in a child, that tells what it did; raises UnableToStart."""
        result = self.folder.run / "prepared.json"
        result.unlink(missing_ok=True)
        running = self.child("prepare", "prepare", "--into", str(result))
        try:
            while (status := running.ended()) is None:
                self.wait(0.05)
        finally:
            running.stop()
        if status != 0:
            raise UnableToStart(
                "The database could not be prepared." if status == CANNOT_START else f"`kutse prepare` failed ({told(status)})."
            )
        return dict(json.loads(result.read_text(encoding="utf-8")))

    def stop(self) -> None:
        """Stop all in reverse."""
        self.folder.environment.unlink(missing_ok=True)
        for part in reversed(self.parts):
            part.stop()


def of(settings: Settings, *, folder: state.Folder, terminal: Terminal, wait: Callable[[float], object], kutse: Sequence[str]) -> Whole:
    """What these settings ask for: an embedded server for each that they do not name; raises UnableToStart.

    `kutse`: the command whose subcommands the children are.
    """
    whole = Whole(settings, folder, terminal, wait, kutse)
    embedded = [
        *([] if settings.database.url else [_postgresql(whole)]),
        *([] if settings.redis.url else [_valkey(whole)]),
        *([] if settings.relays else [_catcher(whole)]),
    ]
    whole.environment |= {
        "KUTSE_STATE": str(settings.state),
        "KUTSE_SECRET": secret.ensure(settings),
        "KUTSE_EMBEDDED": " ".join(embedded),
        "PYTHONUNBUFFERED": "1",
    }
    if settings.logs.format == "auto":
        whole.environment["KUTSE_LOG_FORMAT"] = "people" if terminal.for_people else "json"
    for name in ("web", "worker", *(["intake"] if _mail_comes_back(settings) else [])):
        whole.programs.append(whole.part(name, lambda name=name: whole.child(name, name)))  # type: ignore[misc]
    return whole


def _mail_comes_back(settings: Settings) -> bool:
    """Whether letters leave this machine and somebody has said where what comes back is to be found."""
    return bool(settings.relays) and (settings.mail.domain is not None or settings.returns.mailbox is not None)


def record(folder: state.Folder, name: str) -> Path:
    """Where the process `name` is recorded."""
    return folder.run / f"{name}.json"


def _postgresql(whole: Whole) -> str:
    server = postgres.at(whole.folder)
    whole.environment["DATABASE_URL"] = server.url
    whole.servers.append(whole.part("postgresql", lambda: server.start(wait=whole.wait)))
    return "postgresql"


def _valkey(whole: Whole) -> str:
    server = valkey.at(whole.folder)
    whole.environment["REDIS_URL"] = server.url
    whole.servers.append(whole.part("valkey", lambda: server.start(wait=whole.wait)))
    return "valkey"


def _catcher(whole: Whole) -> str:
    """The socket stays ours, so that its port is the same after the catcher was started again, and letters wait meanwhile."""
    listening = ports.loopback()
    whole.environment["KUTSE_CATCHER"] = "{}:{}".format(*listening.getsockname())
    whole.servers.append(
        whole.part("catcher", lambda: whole.child("catcher", "catcher", "--fd", str(listening.fileno()), inherited=listening))
    )
    return "catcher"
