"""`kutse up` as a whole: start, stop, kill, restart. Servers are real, programs are stand-ins."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.support import running
from tests.support.running import Kutse

Start = Callable[..., Kutse]
PARTS = ("postgresql", "valkey", "catcher", "web", "worker")


def test_says_ready_once_and_how_to_get_in_and_out(kutse: Start) -> None:
    one = kutse().until_ready()
    assert one.out.count("Kutse is ready.") == 1
    for said in (f"http://localhost:{one.port}", "/sign-in/stand-in", "/mailbox", str(one.state), "Ctrl-C"):
        assert said in one.out


def test_commands_in_another_terminal_learn_where_the_servers_and_the_site_are_while_it_runs(kutse: Start) -> None:
    one = kutse().until_ready()
    told = one.state / "run" / "environment.json"
    assert {"DATABASE_URL", "REDIS_URL", "KUTSE_CATCHER", "KUTSE_EMBEDDED", "KUTSE_URL"} == json.loads(told.read_text()).keys()
    assert json.loads(told.read_text())["KUTSE_URL"] == f"http://localhost:{one.port}"
    one.stop()
    assert not told.exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_and_the_exit_status_is_zero(kutse: Start, how: signal.Signals) -> None:
    one = kutse().until_ready()
    assert set(one.pids()) == set(PARTS)
    assert one.stop(how) == 0
    assert running.still_running(one.state) == []
    assert one.pids() == {}


def test_stops_while_it_is_still_starting(kutse: Start) -> None:
    one = kutse()
    one.until(lambda: "postgresql" in one.pids())
    assert one.stop() == 0
    assert running.still_running(one.state) == []


def test_stops_programs_before_the_servers_they_need(kutse: Start) -> None:
    one = kutse(KUTSE_SLOW="worker").until_ready()
    one.until(lambda: "worker will take its time" in one.err)
    assert one.process is not None
    one.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert set(one.pids()) == set(PARTS)
    assert one.ended() == 0


def test_the_next_start_after_a_kill_stops_what_survived_and_keeps_the_data(kutse: Start) -> None:
    first = kutse().until_ready()
    survivors = first.pids()
    secret = (first.state / "secret").read_text()
    first.stop(signal.SIGKILL)
    assert all(psutil.pid_exists(pid) for pid in survivors.values())

    second = kutse(KUTSE_PORT=str(first.port)).until_ready()
    assert [name for name, pid in survivors.items() if running.is_running(pid)] == []
    assert (second.state / "secret").read_text() == secret
    assert "worker, which had outlived the last `kutse up`" in second.err
    assert second.stop() == 0
    assert running.still_running(second.state) == []


def test_starts_again_after_everything_was_killed_at_once(kutse: Start) -> None:
    first = kutse().until_ready()
    pids = first.pids()
    first.stop(signal.SIGKILL)
    for pid in pids.values():
        os.kill(pid, signal.SIGKILL)
    assert kutse().until_ready().stop() == 0


def test_leaves_a_stranger_alone_that_has_the_pid_of_a_former_child(kutse: Start) -> None:
    first = kutse().until_ready()
    record = first.state / "run" / "web.json"
    told = json.loads(record.read_text())
    first.stop()
    stranger = running.sleeper()
    record.write_text(json.dumps({**told, "pid": stranger.pid, "born": told["born"] - 60}))
    kutse().until_ready()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_part_that_dies_is_started_again_alone_and_a_line_says_so(kutse: Start) -> None:
    one = kutse().until_ready()
    for name in PARTS:
        before = one.pids()
        os.kill(before[name], signal.SIGKILL)
        one.until(lambda name=name: f"{name} is started again" in one.err)
        assert f"{name} ended unexpectedly (signal SIGKILL); starting it again in 0.5 s." in one.err
        after = one.pids()
        assert {part for part in PARTS if after[part] != before[part]} == {name}


def test_waits_longer_each_time_a_part_dies(kutse: Start) -> None:
    one = kutse().until_ready()
    for times in (1, 2):
        os.kill(one.pids()["worker"], signal.SIGKILL)
        one.until(lambda times=times: one.err.count("worker is started again") == times)
    assert "starting it again in 0.5 s." in one.err
    assert "starting it again in 1 s." in one.err


def test_a_second_start_on_the_same_folder_is_refused_in_a_sentence_and_the_first_goes_on(kutse: Start) -> None:
    first = kutse().until_ready()
    second = kutse()
    assert second.ended() == 78
    assert_one_sentence(second, f"Kutse already runs on {first.state} (process {first.process.pid})")  # type: ignore[union-attr]
    assert all(psutil.pid_exists(pid) for pid in first.pids().values())


def test_a_busy_port_is_one_sentence_and_leaves_nothing_running(kutse: Start) -> None:
    with running.listener() as port:
        one = kutse(KUTSE_PORT=str(port))
        assert one.ended() == 78
    assert_one_sentence(one, f"Port {port} is in use by python", f"KUTSE_PORT={port + 1}")
    assert running.still_running(one.state) == []


def test_a_program_that_cannot_start_ends_it_all(kutse: Start) -> None:
    one = kutse(KUTSE_STAND_IN="worker:78")
    assert one.ended() == 78
    assert "worker has bad luck" in one.err
    assert "worker cannot start" in one.err
    assert running.still_running(one.state) == []


def test_a_program_that_keeps_dying_at_the_start_ends_it_all(kutse: Start) -> None:
    one = kutse(KUTSE_STAND_IN="web:1")
    assert one.ended() == 78
    assert "web cannot start" in one.err
    assert "Traceback" not in one.err


def test_named_servers_are_used_instead_of_the_embedded_ones(kutse: Start, database_url: str, valkey_url: str) -> None:
    one = kutse(DATABASE_URL=database_url, REDIS_URL=valkey_url, KUTSE_SMTP_HOST="localhost").until_ready()
    assert set(one.pids()) == {"web", "worker"}
    assert not (one.state / "postgresql").exists()
    assert "mailbox" not in one.out


@pytest.mark.parametrize("uid", running.people())
def test_works_as_root_and_as_an_ordinary_user(kutse: Start, place: Path, uid: int) -> None:
    own = place / "own"
    own.mkdir()
    os.chown(own, uid, -1)
    one = kutse(own / "state", uid=uid).until_ready()
    owner = psutil.Process(one.pids()["postgresql"]).uids().real
    assert owner == (uid or 65527)
    assert one.stop() == 0


def assert_one_sentence(one: Kutse, *parts: str) -> None:
    """Standard error is one line of ours, with these parts in it."""
    lines = [line for line in one.err.splitlines() if line]
    assert len(lines) == 1, one.err
    assert lines[0].startswith("kutse: ")
    for part in parts:
        assert part in lines[0]


@pytest.mark.parametrize(("told", "runs"), [({"KUTSE_MAIL_DOMAIN": "mail.example.org"}, True), ({}, False)])
def test_the_intake_runs_where_mail_leaves_and_somebody_says_where_it_comes_back(kutse: Start, told: dict[str, str], runs: bool) -> None:
    one = kutse(KUTSE_SMTP_HOST="localhost", **told).until_ready()
    assert ("intake" in one.pids()) is runs
    assert one.stop() == 0
    assert running.still_running(one.state) == []
