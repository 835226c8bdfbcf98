"""DKIM signatures ★ (RFC 6376, RFC 8463): relaxed/relaxed, no `l=`, as many keys side by side as a domain has.

What is the same in every copy is canonicalised and hashed once: `Body` for the constant pieces of a letter's body, `Head` for its constant fields.
A copy then costs its own few fields, one pass of SHA-256 and the signatures.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

Algorithm = Literal["rsa", "ed25519"]

ROOM = 1800
"""Octets: more than the fields of an RSA-2048 and an Ed25519 signature have together."""

_WHITE = re.compile(rb"[ \t]+")
_ALWAYS_ONCE = (b"from", b"to", b"subject", b"date", b"reply-to", b"cc")
_ONCE_IF_THERE = (b"list-unsubscribe", b"list-unsubscribe-post", b"content-type", b"mime-version", b"message-id")


@dataclass(frozen=True, slots=True)
class Key:
    """A private key and the name below which its public half is published."""

    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> Algorithm:
        """Which of the two."""
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 (RFC 8463 §3: Ed25519 signs the hash itself)."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(digest, _PADDING, _DIGEST)
        return self.private.sign(digest)


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs for a domain (in A-labels)."""

    domain: str
    keys: tuple[Key, ...]


class Body:
    """The pieces of a letter's body, those at even places the same in every copy. Each is made of whole lines; the last holds more than blank ones."""

    __slots__ = ("_begun", "_constant")

    def __init__(self, pieces: Sequence[bytes]) -> None:
        first, *self._constant = [relaxed_lines(piece) for piece in pieces[::2]]
        self._begun = hashlib.sha256(first if len(pieces) > 1 else _without_blank_end(first))

    def digest(self, pieces: Sequence[bytes]) -> bytes:
        """The hash of a copy's canonical body."""
        canonical = list(pieces[1:])
        canonical[::2] = [relaxed_lines(piece) for piece in pieces[1::2]]
        canonical[1::2] = self._constant
        digest = self._begun.copy()
        digest.update(_without_blank_end(b"".join(canonical)))
        return digest.digest()


class Head:
    """The fields that all copies of a letter share."""

    __slots__ = ("_begun", "_names")

    def __init__(self, constant: bytes) -> None:
        fields = relaxed_fields(constant)
        self._names = tuple(_name(field) for field in fields)
        self._begun = hashlib.sha256(b"".join(fields))

    def begun(self, own: bytes) -> tuple[tuple[bytes, ...], hashlib._Hash]:
        """The names to be signed, in order, and the hash of these fields; `own`: the copy's own fields."""
        fields = relaxed_fields(own)
        digest = self._begun.copy()
        digest.update(b"".join(fields))
        return (*self._names, *map(_name, fields)), digest


def fields(*, signer: Signer, head: Head, own: bytes, body_hash: bytes, at: int) -> bytes:
    """The DKIM-Signature fields of a copy, one for each key, to stand before all others. `at`: seconds since 1970."""
    names, begun = head.begun(own)
    common = [b"t=%d;" % at, *_listed(names), b"bh=" + base64.b64encode(body_hash) + b";", b"b="]
    return b"".join([_field(key, [*_start(signer.domain, key), *common], begun) for key in signer.keys])


def relaxed_lines(content: bytes) -> bytes:
    """Whole lines in the relaxed form of a body (RFC 6376 §3.4.4), but for blank lines at its end."""
    content = content.replace(b"\t", b" ")
    while b"  " in content:  # faster than an expression, which stops at every single space
        content = content.replace(b"  ", b" ")
    return content.replace(b" \r\n", b"\r\n")


def relaxed_fields(head: bytes) -> list[bytes]:
    """Each field of a header section in its relaxed form (§3.4.2), line ends included."""
    unfolded = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    return [_relaxed(field) for field in unfolded.split(b"\r\n") if field]


def _relaxed(field: bytes) -> bytes:
    name, _, value = field.partition(b":")
    if b"  " in value or b"\t" in value:
        value = _WHITE.sub(b" ", value)
    return b"%b:%b\r\n" % (name.strip(b" \t").lower(), value.strip(b" "))


def _without_blank_end(content: bytes) -> bytes:
    while content.endswith(b"\r\n\r\n"):
        content = content[:-2]
    return content


def _name(field: bytes) -> bytes:
    return field[: field.index(b":")]


@lru_cache(maxsize=256)
def _listed(names: tuple[bytes, ...]) -> list[bytes]:
    """The h= tag in lines. What must not be there twice is named once more than it stands there: another one breaks the signature (§8.15)."""
    once = [name for name in _ONCE_IF_THERE if name in names]
    listed = b":".join((*names, *_ALWAYS_ONCE, *once)).decode()
    lines = wrap("h=" + listed.replace(":", ": "), 74, break_long_words=False, break_on_hyphens=False)
    return [line.replace(": ", ":").encode() for line in lines[:-1]] + [lines[-1].replace(": ", ":").encode() + b";"]


@lru_cache(maxsize=64)
def _start(domain: str, key: Key) -> tuple[bytes, bytes]:
    return f"v=1; a={key.algorithm}-sha256; c=relaxed/relaxed;".encode(), f"d={domain}; s={key.selector};".encode()


def _field(key: Key, tags: list[bytes], begun: hashlib._Hash) -> bytes:
    """Folded where its relaxed form has the one space, so that it need not be canonicalised; nothing stands after `b=` while it is hashed (§3.7)."""
    digest = begun.copy()
    digest.update(b"dkim-signature:" + b" ".join(tags))
    signature = base64.b64encode(key.sign(digest.digest()))
    lines = [signature[place : place + 74] for place in range(0, len(signature), 74)]
    return b"DKIM-Signature: " + b"\r\n ".join((*tags, *lines)) + b"\r\n"


_PADDING = PKCS1v15()
_DIGEST = Prehashed(hashes.SHA256())
