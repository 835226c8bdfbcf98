"""What a member of an office may do ★. There is one role so far; finer ones get their place and their table here."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A coordinator's part in one cluster, as `membership.role` holds it."""

    COORDINATOR = "coordinator"
    """Everything in their cluster."""
