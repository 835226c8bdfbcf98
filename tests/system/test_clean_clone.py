"""From a clone to a running service with one command, and nothing left of it afterwards. The tests of this file build on each other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from tests.support import journeys, running
from tests.support.browser import Browser
from tests.support.editor import fields_of, links_of
from tests.support.post import Mailbox
from tests.support.running import Kutse

SECONDS_TO_INSTALL = 480
SECONDS_WARM = 10

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("clean clone")]


async def test_make_run_installs_and_starts_everything_and_sigterm_leaves_nothing(clone: Path, make_run: Kutse) -> None:
    before = running.shape(clone)
    make_run.start().until_ready(seconds=SECONDS_TO_INSTALL)
    assert _whole(make_run) == {"status": "ok", "missing": []}
    assert _status(make_run, "/") == 200
    assert _status(make_run, "/mailbox") == 200
    await _journeys(make_run, "first", _path_of_the_sign_in_link(make_run))
    supervisor = _supervisor(make_run)

    assert make_run.process is not None
    make_run.process.send_signal(signal.SIGTERM)
    make_run.ended()
    _until_gone(supervisor)

    assert running.still_running(clone) == []
    assert running.shape(clone) == before
    assert "Traceback" not in make_run.err
    assert _changed_files(clone) == ""


def test_a_warm_start_is_quick_and_installs_nothing(make_run: Kutse) -> None:
    began = time.monotonic()
    make_run.start().until_ready()
    took = time.monotonic() - began
    assert "installing" not in make_run.err
    assert took < SECONDS_WARM, f"{took:.1f} s"
    supervisor = _supervisor(make_run)
    make_run.stop(signal.SIGINT)
    _until_gone(supervisor)


async def test_after_a_kill_the_next_start_clears_up_and_serves_the_same_data(clone: Path, make_run: Kutse) -> None:
    before = running.shape(clone)
    make_run.start().until_ready()
    survivors = make_run.pids()
    supervisor = _supervisor(make_run)
    os.kill(supervisor, signal.SIGKILL)
    make_run.ended()
    assert all(psutil.pid_exists(pid) for pid in survivors.values())

    make_run.start().until_ready()
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in survivors.values())
    assert _whole(make_run)["status"] == "ok"
    await _journeys(make_run, "second", _path_of_the_sign_in_link(make_run))
    supervisor = _supervisor(make_run)
    make_run.stop()
    _until_gone(supervisor)
    assert running.still_running(clone) == []
    assert running.shape(clone) == before


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


def _changed_files(clone: Path) -> str:
    return subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True).stdout


def _bootstrap(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """In a copy of its own, so that the installed clone stays as it is."""
    with running.place() as folder:
        subprocess.run(["git", "clone", "--quiet", str(clone), str(folder / "fresh")], check=True)
        command = [str(folder / "fresh" / "deploy" / "bootstrap.sh"), "runtime"]
        return subprocess.run(command, env={**running.clean_environment(), **environment}, capture_output=True, text=True, check=False)


async def _journeys(one: Kutse, who: str, way_in: str) -> None:
    """Subscribe, be sent a newsletter, register and give the place back, in a sample cluster; the way in opens once."""
    mailbox, home, address = Mailbox(one.state / "mailbox"), "/loomeklaster/en", f"{who}@example.net"
    async with httpx.AsyncClient(base_url=f"http://localhost:{one.port}", timeout=30) as client:
        visitor = Browser(client)
        await journeys.subscribe(visitor, mailbox, home=home, address=address, language="en")
        event = await _an_open_event(visitor, home)
        invited = await journeys.register(visitor, mailbox, event=event, address=address, language="en")
        assert invited.calendar.method.value == "REQUEST"
        await journeys.give_back(visitor, letter=invited)
        assert (await mailbox.letter(to=address, number=4)).calendar.method.value == "CANCEL"

        await visitor.open(way_in)
        await visitor.submit(way_in)
        desk = "/console/loomeklaster"
        await visitor.open(f"{desk}/mailings/new")
        assert visitor.page.url.path == f"{desk}/mailings/new"
        topic = fields_of(visitor.page.text, f"{desk}/mailings/new")["topic"]
        words = {"subject": f"News for {who}", "block.1.kind": "events"}
        mailing = await journeys.write_newsletter(visitor, desk=desk, title=who, topic=topic, editions={"en": words})
        await _send_to_all(visitor, mailing)
        assert (await mailbox.letter(to=address, number=5)).subject == f"News for {who}"


async def _an_open_event(visitor: Browser, home: str) -> str:
    """The page of the first event that takes registrations."""
    await visitor.open(f"{home}/events")
    pages = {urlsplit(link).path for link in links_of(visitor.page.text) if urlsplit(link).path.startswith(f"{home}/events/")}
    for page in sorted(pages):
        await visitor.open(page)
        if f"{page}/register" in visitor.page.text and "waitlist" not in visitor.text():
            return page
    raise AssertionError(f"no open event among {pages}")


async def _send_to_all(visitor: Browser, mailing: str) -> None:
    """Now; whoever reads another language gets the English edition."""
    send = f"{mailing}/send"
    await visitor.open(send)
    choice = {f"fallback.{language}": "en" for language in ("et", "ru") if f'name="fallback.{language}"' in visitor.page.text}
    await visitor.submit(send, {**fields_of(visitor.page.text, send), **choice, "do": "now"})
    await visitor.submit(send, fields_of(visitor.page.text, send))
    assert visitor.page.url.path == f"{mailing}/results", visitor.text()


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
    line = next(line for line in reversed(one.out.splitlines()) if "/sign-in/" in line)
    return "/sign-in/" + line.rpartition("/sign-in/")[2].strip()
