"""`kutse catcher`: the mail catcher as a child of `kutse up`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from pathlib import Path

import rich_click as click

from service.cli import context
from service.mailbox import catcher as mailbox


@click.command(hidden=True)
@click.option("--fd", "descriptor", type=int, required=True, help="A listening socket that the parent handed down.")
def catcher(descriptor: int) -> None:
    """Take every letter and send none on."""
    found = context.settings(role="catcher")
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_serve(socket.socket(fileno=descriptor), found.state / "mailbox"))


async def _serve(listening: socket.socket, folder: Path) -> None:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await mailbox.serve(listening, folder=folder, clock=context.now)
