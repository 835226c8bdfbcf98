"""Structured logs: readable on a terminal, JSON otherwise; never an address or a token in them.

An event is a short name with ids: `log.info("letter_sent", delivery=12)`. `bind(request=...)` puts an id on every line of
a request or job. Values under the names in `_PRIVATE`, and anything that looks like an address, are replaced.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from service.settings import Logs

_PRIVATE = {"address", "token", "password", "secret", "email", "cookie", "authorization"}
_ADDRESS = re.compile(r"[^\s<>\"'@]+@[^\s<>\"'@]+")
_TOKEN_PATH = re.compile(r"(/(?:confirm|preferences|unsubscribe|registration|feed|welcome|sign-in|t)/)[^/\s?\"']{16,}")

bind = structlog.contextvars.bind_contextvars
unbind_all = structlog.contextvars.clear_contextvars


def configure(logs: Logs, *, role: str) -> None:
    """Set up structlog and the standard library's logging for this process; `role` names it in every line."""
    people = logs.format == "people" or (logs.format == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if people else "iso", utc=not people),
        structlog.processors.format_exc_info if not people else _keep,
        without_personal_data,
    ]
    renderer: Any = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback) if people else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logs.level.upper(), force=True)
    for noisy in ("uvicorn.access", "CSSUTILS", "arq.worker", "mail.log"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    bind(role=role)


def without_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: addresses and tokens become `…`, whatever key they hide under."""
    for key, value in event.items():
        if key in _PRIVATE:
            event[key] = "…"
        elif isinstance(value, str):
            event[key] = _TOKEN_PATH.sub(r"\1…", _ADDRESS.sub("…", value))
    return event


def _keep(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return event
