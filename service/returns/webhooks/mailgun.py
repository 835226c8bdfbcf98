"""Mailgun ★: HMAC-SHA-256 over timestamp and token with the webhook signing key; it keeps our Message-ID."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from service.returns.telling import Kind
from service.returns.webhooks.heard import Heard, Unproven, Unreadable, decoded, text

OLDEST = 12 * 3600
"""Seconds; Mailgun tries again for eight hours. A repeated one is known by its id."""

# Why it did not even try, with the code that stands for each: it keeps lists of its own.
_REASONS = {"suppress-bounce": "5.1.1", "suppress-unsubscribe": "5.7.1", "espblock": "5.7.1"}


def prove(*, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:  # noqa: ARG001  # all providers are asked alike
    """Raises Unproven."""
    try:
        signed = decoded(body)
    except Unreadable as error:
        raise Unproven from error
    at, token, given = (text(signed, "signature", name) for name in ("timestamp", "token", "signature"))
    if not at.isascii() or not at.isdecimal() or len(at) > 12 or abs(now - int(at)) > OLDEST:
        raise Unproven
    wanted = hmac.digest(secret.encode(), f"{at}{token}".encode(), "sha256").hex()
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        raise Unproven


def read(body: bytes) -> tuple[Heard, ...]:
    """The event; none when it is about something else than a bounce or a complaint."""
    found = decoded(body)
    event = found.get("event-data") if isinstance(found, dict) else None
    name = text(event, "event")
    if name not in ("failed", "complained"):
        return ()
    complains = name == "complained" or text(event, "reason") == "suppress-complaint"
    told = text(event, "delivery-status", "message") or text(event, "delivery-status", "description")
    return (
        Heard(
            provider="mailgun",
            # Not the event's id: the signature covers the token alone, and a token is good once.
            key=text(found, "signature", "token"),
            kind=Kind.COMPLAINT if complains else Kind.BOUNCE,
            action="delayed" if text(event, "severity") == "temporary" else "failed",
            address=text(event, "recipient"),
            message_id=text(event, "message", "headers", "message-id"),
            status=_REASONS.get(text(event, "reason")) or text(event, "delivery-status", "enhanced-code")[:12],
            words=f"{text(event, 'delivery-status', 'code')} {told}".strip(),
        ),
    )
