"""Signing beside the loop: while a copy's envelope is on its way, a thread makes its signatures; OpenSSL lets go of the GIL for them.

An RSA-2048 signature takes more time than everything else that is done for a copy, so that one worker process uses several processors here.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from service.delivery import dkim, signing_keys
from service.delivery.dkim import Body, Head, Signer
from service.tokens import Keys

log = structlog.get_logger()

Signature = asyncio.Future[bytes]
"""The fields that go before a copy; none after a defect of ours, which the log tells: unsigned mail is better than none."""

_REFRESH_SECONDS = 10
_threads = ThreadPoolExecutor(max_workers=os.cpu_count(), thread_name_prefix="signing")


class Signing:
    """Knows what signs for which domain, as the database said at most ten seconds ago."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._signers: Mapping[str, Signer] = {}
        self._next_look = 0.0

    async def refresh(self) -> None:
        """Look at the keys again, if it is time."""
        moment = time.monotonic()
        if moment >= self._next_look:
            self._signers = await signing_keys.signers(keys=self._keys)
            self._next_look = moment + _REFRESH_SECONDS

    def signer(self, domain: str) -> Signer | None:
        """What signs for a domain; None when its letters go out unsigned."""
        return self._signers.get(domain)


class Signed:
    """One letter's side of its signatures: what is the same in every copy. `head` and `body` are those of a first copy."""

    def __init__(self, *, constant: bytes, body: Sequence[bytes]) -> None:
        self._length = len(constant)
        self._head, self._body = Head(constant), Body(body)

    def begin(self, signer: Signer, head: bytes, body: Sequence[bytes]) -> Signature:
        """Have a copy signed."""
        return asyncio.get_running_loop().run_in_executor(_threads, self._fields, signer, head[: -self._length], body)

    def _fields(self, signer: Signer, own: bytes, body: Sequence[bytes]) -> bytes:
        try:
            return dkim.fields(signer=signer, head=self._head, own=own, body_hash=self._body.digest(body), at=int(time.time()))
        except Exception:
            log.exception("not_signed", domain=signer.domain)
            return b""
