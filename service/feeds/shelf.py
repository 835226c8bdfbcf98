"""The shelf: the bytes of feeds as they were built last, in this process. A feed is as good as its validator, so that nothing here can be out of date."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from service.feeds.validators import Validator

LARGEST = 64 * 1024 * 1024
"""Octets on the shelf; what was asked for least recently leaves first."""

_shelf: OrderedDict[Hashable, Feed] = OrderedDict()
_building: defaultdict[Hashable, asyncio.Lock] = defaultdict(asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's bytes and the validator they were built for."""

    validator: Validator
    content: bytes


async def feed(key: Hashable, *, validator: Validator, build: Callable[[], Awaitable[Feed]]) -> Feed:
    """The feed `key` as `validator` says it is now; built by the first who asks, while the others wait."""
    found = _fresh(key, validator)
    if found is not None:
        return found
    async with _building[key]:
        found = _fresh(key, validator)
        if found is None:
            found = await build()
            _put(key, found)
    if not _building[key].locked():
        del _building[key]
    return found


def _fresh(key: Hashable, validator: Validator) -> Feed | None:
    found = _shelf.get(key)
    if found is None or found.validator != validator:
        return None
    _shelf.move_to_end(key)
    return found


def _put(key: Hashable, built: Feed) -> None:
    _shelf[key] = built
    _shelf.move_to_end(key)
    while len(_shelf) > 1 and sum(len(one.content) for one in _shelf.values()) > LARGEST:
        _shelf.popitem(last=False)
