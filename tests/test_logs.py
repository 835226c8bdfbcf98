"""Logs: no address and no token in them, whoever writes them and however; ids on every line."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from service import logs
from service.settings import Logs
from tests.support.browser import Browser
from workers import main

TOKEN = "WzEsMTc5NTM5OTk2Nl0.y-xGR5OwMuhETNdcbsrU5"


@contextmanager
def written(kind: str) -> Iterator[None]:
    """Logs of this kind, and afterwards what pytest had set up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure(Logs(format=kind), role="web")  # type: ignore[arg-type]
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize("kind", ["people", "json"])
def test_no_address_and_no_token_is_logged_by_whatever_way(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    private = f"ann@example.org /confirm/{TOKEN} /x?token={TOKEN}"
    with written(kind):
        log = structlog.get_logger()
        log.info(private, told=private, many=[private, {"inner": private}], error=ValueError(private), password="hunter22")
        logging.getLogger("library").warning("%s", private)
        try:
            raise ValueError(private)
        except ValueError:
            log.exception("boom")
            logging.getLogger("library").exception("boom")
    said = capsys.readouterr().err
    assert said.count("boom") == 2
    assert said.count("ValueError: ") == 2
    for word in ("ann@", TOKEN, "hunter22"):
        assert word not in said


async def test_each_line_of_a_request_names_the_process_and_the_request(browser: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    with written("json"):
        await browser.open("/nowhere")
        await browser.open("/nowhere")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert [line["role"] for line in requests] == ["web", "web"]
    assert len({line["request"] for line in requests}) == 2


async def test_each_line_of_a_job_names_the_job(capsys: pytest.CaptureFixture[str], valkey_url: str) -> None:
    worker = main._worker(valkey_url, {})
    assert worker.on_job_start is not None
    with written("json"):
        await worker.on_job_start({"job_id": "tick:7"})
        structlog.get_logger().info("at_work")
    await worker.close()
    assert json.loads(capsys.readouterr().err)["job"] == "tick:7"
