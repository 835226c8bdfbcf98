"""A folder for each test, and a `kutse up` of stand-ins that is gone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.support import running
from tests.support.running import Kutse

collect_ignore = [] if running.IS_ROOT else ["test_as_root.py"]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder everybody may walk to."""
    with running.place() as folder:
        yield folder


@pytest.fixture
def kutse(place: Path) -> Iterator[Callable[..., Kutse]]:
    """Starts a `kutse up` on `<place>/state`, or on the state folder given."""
    with ExitStack() as after:

        def start(state: Path | None = None, *, uid: int | None = None, **environment: Any) -> Kutse:
            one = Kutse(state or place / "state", command=running.STAND_IN, uid=uid, **environment)
            after.enter_context(closing(one))
            return one.start()

        yield start
