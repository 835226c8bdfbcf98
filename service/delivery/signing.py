"""Signing beside the loop: while a copy's envelope is on its way, a thread makes its signatures; OpenSSL lets go of the GIL for them.

An RSA-2048 signature takes more time than everything else that is done for a copy, so that one worker process uses several processors here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from functools import partial

import structlog

from service.delivery import dkim, signing_keys
from service.delivery.beside import Beside
from service.delivery.dkim import Body, Head, Signer
from service.tokens import Keys

log = structlog.get_logger()

Signature = asyncio.Future[bytes]
"""The fields that go before a copy; none after a defect of ours, which the log tells: that copy is put off."""

_REFRESH_SECONDS = 10


class Signing:
    """Knows what signs for which domain, as the database said at most ten seconds ago."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._signers: Mapping[str, Signer] = {}
        self._mute: frozenset[str] = frozenset()
        self._next_look = 0.0
        self._beside: Beside | None = None

    async def mute(self) -> Collection[str]:
        """The domains whose letters wait, because their keys sign nothing here; copies that lie ready are still signed with what signed before."""
        moment = time.monotonic()
        if moment >= self._next_look:
            ready, mute = await signing_keys.signers(keys=self._keys)
            if mute - self._mute:
                log.error("letters_wait_for_their_key", domains=sorted(mute))
            self._signers = {domain: signer for domain, signer in self._signers.items() if domain in mute} | dict(ready)
            self._mute, self._next_look = mute, moment + _REFRESH_SECONDS
        return self._mute

    def signs(self, letter: Signed) -> bool:
        """Whether a copy of this letter gets a signature."""
        return letter.domain in self._signers

    def begin(self, letter: Signed, head: bytes, body: Sequence[bytes]) -> Signature | None:
        """Have a copy signed; None where nothing signs for its domain."""
        if (signer := self._signers.get(letter.domain)) is None:
            return None
        self._beside = self._beside or Beside()
        return self._beside.begin(partial(letter.fields, signer, head, body))


class Signed:
    """What the copies of a letter have in common; prepared when the first of them is signed. `constant`: what each one's header section ends with."""

    def __init__(self, *, sender: str, constant: bytes) -> None:
        self.domain = signing_keys.domain_of(sender)
        self._constant = constant
        self._prepared: tuple[Head, Body] | None = None

    def fields(self, signer: Signer, head: bytes, body: Sequence[bytes]) -> bytes:
        """The signatures of a copy; in a thread."""
        try:
            shared, bodies = self._prepared = self._prepared or (Head(self._constant), Body(body))
            own = head[: -len(self._constant)]
            return dkim.fields(signer=signer, head=shared, own=own, body_hash=bodies.digest(body), at=int(time.time()))
        except Exception:
            log.exception("not_signed", domain=self.domain)
            return b""
