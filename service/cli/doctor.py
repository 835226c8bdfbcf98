"""`kutse doctor`."""

from __future__ import annotations

import rich_click as click


@click.command()
def doctor() -> None:
    """Look for what keeps Kutse from working, and say what to do about it."""
