"""What `kutse up` says: its own calm lines, the children's lines behind their names, and one summary.

A terminal that was closed must not keep the children from being stopped: what cannot be said is left unsaid.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.text import Text

_COLOURS = {"web": "cyan", "worker": "magenta", "catcher": "yellow", "prepare": "blue"}
_WIDTH = 8


class Terminal:
    """The summary goes to `out`; everything that happens goes to `err`, so that the summary can be piped."""

    def __init__(self, *, out: TextIO = sys.stdout, err: TextIO = sys.stderr) -> None:
        self._out = Console(file=out, highlight=False, soft_wrap=True)
        self._err = Console(file=err, highlight=False, soft_wrap=True)
        self._turn = threading.Lock()

    @property
    def for_people(self) -> bool:
        """Whether somebody watches; otherwise lines are left as the children wrote them, for a log collector."""
        return self._err.is_terminal

    def say(self, sentence: str) -> None:
        """One line of the supervisor's own."""
        with self._turn, contextlib.suppress(OSError):
            self._err.print(f"[bold]{'kutse':<{_WIDTH}}[/bold] {escape(sentence)}")

    def relay(self, name: str, line: str) -> None:
        """One line of the child `name`."""
        with self._turn, contextlib.suppress(OSError):
            if self.for_people:
                self._err.print(Text(f"{name:<{_WIDTH}} ", style=_COLOURS.get(name, "white")) + Text.from_ansi(line))
            else:
                self._err.file.write(line + "\n")
                self._err.file.flush()

    def show(self, *, title: str, rows: list[tuple[str, str, str]]) -> None:
        """The summary: rows of a name, a value to use, and a remark."""
        with self._turn, contextlib.suppress(OSError):
            self._out.print(f"\n  [bold green]{escape(title)}[/bold green]\n")
            for name, value, remark in rows:
                self._out.print(
                    f"  [bold]{name:<9}[/bold] {escape(value)}" + (f"\n  {'':<9} [dim]{escape(remark)}[/dim]" if remark else "")
                )
            self._out.print()
            self._out.file.flush()
