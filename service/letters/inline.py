"""CSS put into the elements' own styles, once per skeleton: mail clients drop style sheets, and premailer takes 13–20 ms.

Remembered by the SHA-256 of the rendered text; people who ask for the same skeleton at once wait for the same run.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from premailer import Premailer

REMEMBERED = 256
"""Skeletons kept by one process: some 10 MB of newsletters at most."""

_remembered: OrderedDict[bytes, str] = OrderedDict()
_running: dict[bytes, asyncio.Task[str]] = {}
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="premailer")  # cssutils keeps state for the whole process


async def inlined(html: str) -> str:
    """`html` with its styles inlined; what only a style sheet can say (media queries) stays in its head."""
    key = hashlib.sha256(html.encode()).digest()
    if key in _remembered:
        _remembered.move_to_end(key)
        return _remembered[key]
    if key not in _running:
        _running[key] = asyncio.create_task(_run(key, html))
    return await asyncio.shield(_running[key])  # one caller that gives up does not take it from the others


async def _run(key: bytes, html: str) -> str:
    try:
        _remembered[key] = await asyncio.get_running_loop().run_in_executor(_thread, _premailer, html)
        while len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
        return _remembered[key]
    finally:
        del _running[key]


def _premailer(html: str) -> str:
    page = Premailer(
        html,
        keep_style_tags=True,
        strip_important=False,
        remove_classes=False,
        disable_validation=True,
        allow_network=False,
        cssutils_logging_level=logging.CRITICAL,
    )
    return str(page.transform())
