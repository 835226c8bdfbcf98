"""Once: what is costly is made by whoever asks first; whoever asks meanwhile waits for that one instead of making it as well."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """The last `most` things that were made, by what they depend on."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._under_way: dict[Hashable, asyncio.Future[None]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """What was made for `key`; where that fails or is given up, the next who asks makes it."""
        while key not in self._kept:
            if (other := self._under_way.get(key)) is not None:
                await asyncio.wait([other])
            else:
                await self._make(key, make)
        self._kept.move_to_end(key)
        return self._kept[key]

    def keys(self) -> set[Hashable]:
        """What there is."""
        return set(self._kept)

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> None:
        done = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            self._kept[key] = await make()
        finally:
            del self._under_way[key]
            done.set_result(None)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
