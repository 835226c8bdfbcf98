"""A clean clone of the checkout, installed and started as a newcomer does: `git clone`, `make run`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support import running
from tests.support.running import CHECKOUT, Kutse


@pytest.fixture(scope="session")
def clone() -> Iterator[Path]:
    """A clone in an empty folder, nothing installed yet."""
    with running.place() as folder:
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(CHECKOUT), str(folder / "kutse")], check=True)
        yield folder / "kutse"


@pytest.fixture
def make_run(clone: Path) -> Iterator[Kutse]:
    """`make run` in the clone, not started yet; its state folder is the clone's own."""
    with closing(Kutse(clone / "state", command=["make", "--no-print-directory", "run"], folder=clone)) as one:
        yield one
