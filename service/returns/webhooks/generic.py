"""Kutse's own form ★, for everything that can sign: `Kutse-Signature: t=<unix seconds>,v1=<hex HMAC-SHA-256 of "t.body">`.

`{"events": [{"id": "…", "kind": "bounce" | "delay" | "complaint", "address": "…", "message_id": "…", "status": "5.1.1", "words": "…"}]}`
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping

from service.returns.telling import Kind
from service.returns.webhooks.heard import Heard, Unproven, Unreadable, decoded, text

OLDEST = 300
"""Seconds; who sends it again signs it again."""

_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")
_KINDS = {"bounce": (Kind.BOUNCE, "failed"), "delay": (Kind.BOUNCE, "delayed"), "complaint": (Kind.COMPLAINT, "")}


def prove(*, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:
    """Raises Unproven."""
    found = _SIGNATURE.fullmatch(headers.get("kutse-signature", "").strip())
    if found is None or abs(now - int(found[1])) > OLDEST:
        raise Unproven
    if not hmac.compare_digest(signature(secret, int(found[1]), body), found[2]):
        raise Unproven


def signature(secret: str, at: int, body: bytes) -> str:
    """The `v1` of a body signed at `at`."""
    return hmac.digest(secret.encode(), f"{at}.".encode() + body, "sha256").hex()


def read(body: bytes) -> tuple[Heard, ...]:
    """The events; raises Unreadable."""
    found = decoded(body)
    events = found.get("events") if isinstance(found, dict) else None
    if not isinstance(events, list) or len(events) > 1000:
        raise Unreadable("it has no list of at most 1000 events")
    read = [_heard(one) for one in events]
    heard = tuple(one for one in read if one is not None)
    if len(heard) < len(read):
        raise Unreadable("an event has no id, or a kind that is not bounce, delay or complaint", events=heard)
    return heard


def _heard(event: object) -> Heard | None:
    kind, action = _KINDS.get(text(event, "kind"), (None, ""))
    if kind is None or not text(event, "id"):
        return None
    return Heard(
        provider="generic",
        key=text(event, "id"),
        kind=kind,
        action=action,
        address=text(event, "address"),
        message_id=text(event, "message_id"),
        provider_id=text(event, "provider_id"),
        status=text(event, "status")[:12],
        words=text(event, "words"),
    )
