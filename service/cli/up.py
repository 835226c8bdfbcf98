"""`kutse up`."""

from __future__ import annotations

import rich_click as click

from service.settings import load
from service.supervisor import up as supervisor
from service.supervisor.terminal import Terminal


@click.command()
def up() -> None:
    """Start everything on this machine, and keep it running.

    PostgreSQL, Valkey and a mail catcher are brought along and keep their data in the state folder (`KUTSE_STATE`, `./state`). Where
    `DATABASE_URL`, `REDIS_URL` or `KUTSE_SMTP_HOST` name a server, that one is used instead.

    Ctrl-C stops everything.
    """
    supervisor.up(load(), terminal=Terminal())
