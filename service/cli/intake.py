"""`kutse intake`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Iterator
from typing import Any

import rich_click as click
import structlog

from service.cli import context
from service.errors import UnableToStart
from service.persistence.engine import LOST_CONNECTION
from service.returns import calendar_answers, listener, poll, reception, sweep
from service.returns.reception import Reception
from service.settings import Settings

log = structlog.get_logger()

SECONDS_BETWEEN_SWEEPS = 3600


@click.command()
def intake() -> None:
    """Take in what comes back: bounces, complaints, calendar replies and answers.

    Listens for LMTP and SMTP on `KUTSE_INTAKE_HOST` and `KUTSE_INTAKE_PORT`, where the mail server hands over the mail of `KUTSE_MAIL_DOMAIN`, and reads a mailbox where
    `KUTSE_IMAP_HOST` names one. Providers' webhooks come in by the web.
    """
    found = context.with_secret(context.settings(role="intake"))
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_take_in(found))


async def _take_in(found: Settings) -> None:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    desk = reception.of(found)
    async with context.connected(found):
        server = await _listen(found, desk)
        try:
            await asyncio.gather(*_chores(found, desk))
        finally:
            server.close()


async def _listen(found: Settings, desk: Reception) -> asyncio.Server:
    host, port = found.mail.intake_host, found.mail.intake_port
    try:
        server = await listener.listen(host=host, port=port, desk=desk, clock=context.now)
    except OSError as error:
        raise UnableToStart(f"The intake cannot listen on {host}:{port} (KUTSE_INTAKE_PORT): {error.strerror}.") from error
    log.info("intake_listens", host=host, port=port)
    return server


def _chores(found: Settings, desk: Reception) -> Iterator[Coroutine[Any, Any, None]]:
    """What goes on beside listening, until cancelled."""
    yield _sweep(desk)
    if found.returns.mailbox is not None:
        yield poll.watch(found.returns.mailbox, desk=desk, clock=context.now)


async def _sweep(desk: Reception) -> None:
    while True:
        try:
            await calendar_answers.take_waiting(desk=desk, now=context.now())
            await sweep.forget(state=desk.state, now=context.now())
        except LOST_CONNECTION:
            log.warning("sweep_put_off")
        except Exception:  # mail comes in whatever is left lying about
            log.exception("sweep_failed")
        await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)
