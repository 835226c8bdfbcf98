"""The keys that a domain's letters are signed with: made, published by the operator, active, replaced by the next ones, retired.

Keys come in pairs, RSA-2048 and Ed25519 (RFC 8463 §5). The private halves lie sealed in PostgreSQL: any number of workers on any hosts share it and the secret.

| from | `activate` | `rotate` | `stop` | `retire` |
|---|---|---|---|---|
| none | – | made | – | – |
| made | active | as it is | – | – |
| active | replaced, if others were made | and others are made | made; replaced, if others were made | – |
| replaced | – | – | – | gone |
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import NamedTuple

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from service.delivery import headers, sealed
from service.delivery.dkim import Key, Signer
from service.delivery.tables import SigningKey
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.tokens import Keys

log = structlog.get_logger()

_Private = RSAPrivateKey | Ed25519PrivateKey


def domain_of(address: str) -> str:
    """The domain that signs for a sender's address: that of From, in A-labels; raises UnableToSend."""
    return headers.wire_address(f"x@{address.rpartition('@')[2]}", utf8=False).rpartition("@")[2].lower()


def record(key: SigningKey) -> str:
    """What stands in DNS at `<selector>._domainkey.<domain>` (RFC 6376 §3.6.1)."""
    return f"v=DKIM1; k={key.algorithm}; p={base64.b64encode(key.public).decode()}"


async def of(*, domain: str) -> list[SigningKey]:
    """All keys of a domain, oldest first."""
    return await SigningKey.objects().where(SigningKey.domain == domain).order_by(SigningKey.id)


async def ensure(*, domain: str, keys: Keys, now: datetime) -> bool:
    """Make the first pair; False when there is one that signs or waits."""
    found = {key.state for key in await of(domain=domain)}
    return False if found & {"made", "active"} else await rotate(domain=domain, keys=keys, now=now)


async def rotate(*, domain: str, keys: Keys, now: datetime) -> bool:
    """Make a new pair, which waits until it is published; False when one waits already."""
    pair = await asyncio.to_thread(_made)
    async with transaction():
        known = await _locked(domain)
        if any(key.state == "made" for key in known):
            return False
        for private in pair:
            await _row(domain, private, {key.selector for key in known}, keys, now).save()
    return True


async def activate(*, domain: str, now: datetime) -> bool:
    """From now on the waiting pair signs, in place of the one before; False when none waits."""
    async with transaction():
        known = await _locked(domain)
        if not any(key.state == "made" for key in known):
            return False
        await _replace(domain, now)
        waiting = (SigningKey.domain == domain) & (SigningKey.state == "made")
        await SigningKey.update(state="active", active_since=now).where(waiting)
    return True


async def stop(*, domain: str, now: datetime) -> bool:
    """Sign no more; the pair waits again, unless newer ones do. False when none signed."""
    async with transaction():
        states = {key.state for key in await _locked(domain)}
        if "made" in states:
            await _replace(domain, now)
        else:
            await SigningKey.update(state="made").where((SigningKey.domain == domain) & (SigningKey.state == "active"))
    return "active" in states


async def retire(*, domain: str, before: datetime) -> list[str]:
    """Forget the keys that were replaced before this moment; their selectors, whose records may go from DNS."""
    old = (SigningKey.domain == domain) & (SigningKey.state == "replaced") & (SigningKey.replaced_at < before)
    return sorted(row["selector"] for row in await SigningKey.delete().where(old).returning(SigningKey.selector))


async def reseal(*, domain: str, keys: Keys) -> None:
    """Seal anew, with the newest secret, what a retired one has sealed: then the retired one may go."""
    newest = Keys(keys.secrets[:1])
    for key in await of(domain=domain):
        if _opened(key, newest) is None and (content := _opened(key, keys)) is not None:
            await SigningKey.update(sealed=sealed.seal(content, keys=keys, whose=_whose(key))).where(SigningKey.id == key.id)


class Signers(NamedTuple):
    """`ready`: domain → what signs for it now, RSA first, for verifiers that look at one signature only; `mute`: domains whose active keys sign nothing here."""

    ready: Mapping[str, Signer]
    mute: frozenset[str]


async def signers(*, keys: Keys) -> Signers:
    """What signs now. A domain is mute when none of its active keys can be used, and then no letter from there may go out."""
    active = await SigningKey.objects().where(SigningKey.state == "active").order_by(SigningKey.algorithm, ascending=False)
    found: dict[str, list[Key]] = {}
    for row in active:
        if (key := await asyncio.to_thread(_private, row, keys)) is not None:
            found.setdefault(row.domain, []).append(key)
    return Signers(
        {domain: Signer(domain, tuple(pair)) for domain, pair in found.items()}, frozenset({row.domain for row in active} - found.keys())
    )


def opens(key: SigningKey, *, keys: Keys) -> bool:
    """Whether the secrets of this installation open it, and it signs on this machine."""
    return _private(key, keys) is not None


def _made() -> tuple[_Private, _Private]:
    return generate_private_key(65537, 2048), Ed25519PrivateKey.generate()


async def _locked(domain: str) -> list[SigningKey]:
    """The domain's keys; who else changes them waits for the end of this transaction."""
    async with connection() as raw:
        await raw.execute("SELECT pg_advisory_xact_lock(hashtext('signing_key'), hashtext($1))", domain)
    return await of(domain=domain)


async def _replace(domain: str, now: datetime) -> None:
    active = (SigningKey.domain == domain) & (SigningKey.state == "active")
    await SigningKey.update(state="replaced", replaced_at=now).where(active)


def _row(domain: str, private: _Private, taken: Collection[str], keys: Keys, now: datetime) -> SigningKey:
    algorithm = "rsa" if isinstance(private, RSAPrivateKey) else "ed25519"
    key = SigningKey(domain=domain, selector=_selector(algorithm, taken, now), algorithm=algorithm, public=_public(private), created_at=now)
    content = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    key.sealed = sealed.seal(content, keys=keys, whose=_whose(key))
    return key


def _selector(algorithm: str, taken: Collection[str], now: datetime) -> str:
    """Told from each other by the day: `kutse20261122r`, on the same day again `kutse20261122r2`."""
    first = f"kutse{now:%Y%m%d}{algorithm[0]}"
    return next(name for number in count(1) if (name := first if number == 1 else f"{first}{number}") not in taken)


def _public(private: _Private) -> bytes:
    if isinstance(private, RSAPrivateKey):
        return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _private(key: SigningKey, keys: Keys) -> Key | None:
    content = _opened(key, keys)
    try:
        return Key(key.selector, _loaded(content)) if content is not None else None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        log.exception("signing_key_not_usable", domain=key.domain, selector=key.selector)
        return None


@lru_cache(maxsize=64)
def _loaded(content: bytes) -> _Private:
    """Kept, because OpenSSL examines an RSA key for 60 ms. Raises what cryptography raises when it does not sign."""
    private = load_der_private_key(content, password=None)
    assert isinstance(private, RSAPrivateKey | Ed25519PrivateKey)
    Key("", private).sign(bytes(32))
    return private


def _opened(key: SigningKey, keys: Keys) -> bytes | None:
    return sealed.opened(key.sealed, keys=keys, whose=_whose(key))


def _whose(key: SigningKey) -> str:
    return f"{key.selector}._domainkey.{key.domain}"
