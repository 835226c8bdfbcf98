"""The state folder, and every folder that is not ours."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from service.errors import UnableToStart
from service.settings import Settings
from service.supervisor import secret, sockets, state
from tests.support import running
from tests.support.running import Kutse

Start = Callable[..., Kutse]


def test_no_folder_that_was_there_changes_its_mode_or_owner(kutse: Start, place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    folder = closed / "state"
    folder.mkdir(mode=0o750)
    before = running.shape(folder)
    one = kutse(folder).until_ready()
    during = running.shape(folder)
    one.stop()
    assert before == during == running.shape(folder)


def test_what_lies_in_the_state_folder_is_closed_to_others(kutse: Start) -> None:
    one = kutse().until_ready()
    for path in one.state.iterdir():
        mode = path.stat().st_mode & 0o777
        assert mode & 0o077 in (0, 0o010), f"{path} {mode:o}"
    assert (one.state / "secret").stat().st_mode & 0o777 == 0o600


def test_a_state_folder_of_a_newer_version_is_refused_untouched(kutse: Start, place: Path) -> None:
    folder = place / "state"
    folder.mkdir()
    (folder / "version").write_text(json.dumps({"format": state.FORMAT + 1}))
    one = kutse(folder)
    assert one.ended() == 78
    assert one.err.startswith(f"kutse: {folder} was written by a newer Kutse (format {state.FORMAT + 1}")
    assert len(one.err.splitlines()) == 1
    assert not (folder / "postgresql").exists()


def test_data_of_another_postgresql_is_refused(kutse: Start) -> None:
    first = kutse().until_ready()
    first.stop()
    version = first.state / "postgresql" / "data" / "PG_VERSION"
    version.write_text("17\n")
    second = kutse()
    assert second.ended() == 78
    assert "was made by PostgreSQL 17" in second.err
    assert "Traceback" not in second.err


def test_a_folder_that_cannot_be_written_is_one_sentence(kutse: Start, place: Path) -> None:
    uid = running.people()[-1]
    if uid == 0:
        return
    closed = place / "closed"
    closed.mkdir(mode=0o555)
    one = kutse(closed / "state", uid=uid)
    assert one.ended() == 78
    assert "cannot be written by user" in one.err
    assert len(one.err.splitlines()) == 1


def test_a_file_in_place_of_the_state_folder_is_one_sentence(kutse: Start, place: Path) -> None:
    (place / "state").write_text("")
    one = kutse()
    assert one.ended() == 78
    assert "must be a folder" in one.err


def test_a_full_disk_is_one_sentence(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=12_000_000))
    with pytest.raises(UnableToStart, match="Only 12 MB are free"), state.held(place / "state"):
        pass


def test_a_disk_that_fills_up_on_the_way_is_one_sentence(place: Path) -> None:
    with pytest.raises(UnableToStart, match="No space left on device"), state.held(place / "state"):
        Path("/dev/full").write_text("x", encoding="ascii")


@pytest.mark.parametrize("name", ["s" * 90, "space and õ"])
def test_sockets_get_a_short_plain_path_wherever_the_state_lies(place: Path, name: str) -> None:
    (place / name).mkdir()
    found = sockets.folder(place / name / "run", note=place / "x-socket", owner=os.geteuid())
    assert len(str(found)) < 80
    assert found.stat().st_mode & 0o777 == 0o700
    assert sockets.folder(place / name / "run", note=place / "x-socket", owner=os.geteuid()) == found


def test_a_socket_folder_that_somebody_else_could_have_made_is_not_used(place: Path) -> None:
    (place / "planted").mkdir(mode=0o777)
    (place / "x-socket").write_text(str(place / "planted"))
    found = sockets.folder(place / ("s" * 90), note=place / "x-socket", owner=os.geteuid())
    assert found != place / "planted"


def test_a_whole_start_under_a_long_path_with_other_letters(kutse: Start, place: Path) -> None:
    folder = place / ("kataloog õäöü " * 6).strip()
    folder.mkdir()
    assert kutse(folder / "state").until_ready().stop() == 0


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path)
    made = secret.ensure(settings)
    assert len(made) == 64
    assert secret.ensure(settings) == made
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert secret.ensure(Settings(state=tmp_path, secret="x" * 32)) == "x" * 32


def test_a_secret_that_was_emptied_is_not_replaced_silently(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short")
    with pytest.raises(UnableToStart, match="Restore it"):
        secret.ensure(Settings(state=tmp_path))
