"""`kutse worker`."""

from __future__ import annotations

import rich_click as click

import workers.main
from service.cli import context


@click.command()
def worker() -> None:
    """Run one worker process: it sends the mail, freezes mailings at their hour, and sweeps.

    Any number may run against one database and one Valkey or Redis; each adds its share of speed.
    """
    found = context.with_secret(context.settings(role="worker"))
    context.database_url(found)
    workers.main.run(found)
