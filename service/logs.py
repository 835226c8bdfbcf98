"""Structured logs: readable on a terminal, JSON otherwise; never an address or a token in them.

An event is a short name with ids: `log.info("letter_sent", delivery=12)`. `bind(request=...)` puts an id on every line of
a request or job. Values under the names in `_PRIVATE`, and anything that looks like an address, are replaced.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from service.settings import Logs

_PRIVATE = {"address", "token", "password", "secret", "email", "cookie", "authorization"}
_ADDRESS = re.compile(r"[^\s<>\"'@]+@[^\s<>\"'@]+")
_TOKEN = re.compile(r"(/(?:confirm|preferences|unsubscribe|registration|feed|welcome|sign-in|t)/|token=)[^/\s?&\"']{16,}")

bind = structlog.contextvars.bind_contextvars


def configure(logs: Logs, *, role: str) -> None:
    """Set up structlog and the standard library's logging for this process; `role` names it in every line."""
    people = logs.format == "people" or (logs.format == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if people else "iso", utc=not people),
        structlog.processors.format_exc_info,  # here, on a terminal too: what comes after it is free of personal data
        without_personal_data,
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if people
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
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
    """A structlog processor: addresses and tokens become `…`, whatever key they hide under and however deep."""
    for key, value in event.items():
        if not key.startswith("_"):  # structlog's own, for its last processor
            event[key] = _clean(key, value)
    return event


def _clean(key: object, value: Any) -> Any:
    if key in _PRIVATE:
        return "…"
    if isinstance(value, Mapping):
        return {_clean("", inner): _clean(inner, one) for inner, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _TOKEN.sub(r"\1…", _ADDRESS.sub("…", value if isinstance(value, str) else repr(value)))
