"""A finding: how it stands, what was seen, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
    """In order; worth a look; keeps something from working."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


MARKS = {Standing.GOOD: "[green]✓[/green]", Standing.DOUBTFUL: "[yellow]![/yellow]", Standing.BAD: "[red]✗[/red]"}
"""For a terminal."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`advice` is empty only where all is good."""

    standing: Standing
    seen: str
    advice: str = ""


def good(seen: str) -> Finding:
    """In order."""
    return Finding(Standing.GOOD, seen)


def doubtful(seen: str, advice: str) -> Finding:
    """Worth a look."""
    return Finding(Standing.DOUBTFUL, seen, advice)


def bad(seen: str, advice: str) -> Finding:
    """Keeps something from working."""
    return Finding(Standing.BAD, seen, advice)
