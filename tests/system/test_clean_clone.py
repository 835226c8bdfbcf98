"""From a clone to a running service with one command, and nothing left of it afterwards. The tests of this file build on each other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.support import running
from tests.support.running import Kutse

SECONDS_TO_INSTALL = 480
SECONDS_WARM = 10

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("clean clone")]


def test_make_run_installs_and_starts_everything_and_sigterm_leaves_nothing(clone: Path, make_run: Kutse) -> None:
    before = running.shape(clone)
    make_run.start().until_ready(seconds=SECONDS_TO_INSTALL)
    assert _whole(make_run) == {"status": "ok", "missing": []}
    assert _status(make_run, "/") == 200
    assert _status(make_run, "/mailbox") == 200
    assert _status(make_run, _path_of_the_sign_in_link(make_run)) == 200
    supervisor = _supervisor(make_run)

    assert make_run.process is not None
    make_run.process.send_signal(signal.SIGTERM)
    make_run.ended()
    _until_gone(supervisor)

    assert running.still_running(clone) == []
    assert running.shape(clone) == before
    assert "Traceback" not in make_run.err
    assert subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True).stdout == ""


def test_a_warm_start_is_quick_and_installs_nothing(make_run: Kutse) -> None:
    began = time.monotonic()
    make_run.start().until_ready()
    took = time.monotonic() - began
    assert "installing" not in make_run.err
    assert took < SECONDS_WARM, f"{took:.1f} s"
    supervisor = _supervisor(make_run)
    make_run.stop(signal.SIGINT)
    _until_gone(supervisor)


def test_after_a_kill_the_next_start_clears_up_and_serves_the_same_data(clone: Path, make_run: Kutse) -> None:
    make_run.start().until_ready()
    survivors = make_run.pids()
    supervisor = _supervisor(make_run)
    os.kill(supervisor, signal.SIGKILL)
    make_run.ended()
    assert all(psutil.pid_exists(pid) for pid in survivors.values())

    make_run.start().until_ready()
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in survivors.values())
    assert _whole(make_run)["status"] == "ok"
    supervisor = _supervisor(make_run)
    make_run.stop()
    _until_gone(supervisor)
    assert running.still_running(clone) == []


def test_too_old_a_python_is_one_sentence(clone: Path, tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    told = _bootstrap(clone, PYTHON=str(old))
    assert told.returncode != 0
    assert told.stderr.startswith("kutse: Python 3.11 or newer is needed")
    assert len(told.stderr.splitlines()) == 1


def test_a_package_without_a_wheel_is_one_sentence(clone: Path) -> None:
    told = _bootstrap(clone, PIP_NO_INDEX="1", PIP_NO_CACHE_DIR="1")
    assert told.returncode != 0
    assert "There is no wheel of" in told.stderr.splitlines()[-1]
    assert "Traceback" not in told.stderr


def _bootstrap(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """In a copy of its own, so that the installed clone stays as it is."""
    with running.place() as folder:
        subprocess.run(["git", "clone", "--quiet", str(clone), str(folder / "fresh")], check=True)
        command = [str(folder / "fresh" / "deploy" / "bootstrap.sh"), "runtime"]
        return subprocess.run(command, env={**running.clean_environment(), **environment}, capture_output=True, text=True, check=False)


def _supervisor(one: Kutse) -> int:
    return int((one.state / "run" / "lock").read_text())


def _until_gone(pid: int) -> None:
    """`make` may end a moment before what it started."""
    end = time.monotonic() + 60
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.05)


def _status(one: Kutse, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{one.port}{path}", timeout=30) as answer:
        return int(answer.status)


def _whole(one: Kutse) -> dict[str, object]:
    with urllib.request.urlopen(f"http://127.0.0.1:{one.port}/health/whole", timeout=30) as answer:
        found: dict[str, object] = json.loads(answer.read())
        return found


def _path_of_the_sign_in_link(one: Kutse) -> str:
    line = next(line for line in one.out.splitlines() if "/sign-in/" in line)
    return "/sign-in/" + line.rpartition("/sign-in/")[2].strip()
