"""A shared secret in a header ★, for providers that sign nothing: as a bearer token or as the password of HTTP Basic."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping

from service.returns.webhooks.heard import Unproven


def prove(*, headers: Mapping[str, str], secret: str) -> None:
    """Raises Unproven."""
    scheme, _, given = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "basic":
        given = _password(given)
    elif scheme.lower() != "bearer":
        raise Unproven
    if not hmac.compare_digest(secret.encode(), given.strip().encode("utf-8", "replace")):
        raise Unproven


def _password(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, ValueError) as error:
        raise Unproven from error
