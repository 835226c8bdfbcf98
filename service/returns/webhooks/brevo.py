"""Brevo ★: a secret in the header; the Message-ID is ours or its own, as told in the 250 reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.returns.telling import Kind
from service.returns.webhooks import secret as shared
from service.returns.webhooks.heard import Heard, Unreadable, decoded, text

_MOST = 1000
_EVENTS = {
    "hard_bounce": ("failed", "5.1.1"),
    "invalid_email": ("failed", "5.1.3"),
    "soft_bounce": ("failed", ""),
    "blocked": ("failed", "5.7.1"),
    "deferred": ("delayed", ""),
    "spam": ("", ""),
}


def prove(*, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:  # noqa: ARG001  # all providers are asked alike
    """Raises Unproven."""
    shared.prove(headers=headers, secret=secret)


def read(body: bytes) -> tuple[Heard, ...]:
    """The bounces, delays and complaints of one event or, where webhooks are batched, of a list; raises Unreadable."""
    found = decoded(body)
    events = found if isinstance(found, list) else [found]
    if len(events) > _MOST:
        raise Unreadable(f"it has more than {_MOST} events")
    return tuple(_heard(one) for one in events if text(one, "event") in _EVENTS)


def _heard(event: Any) -> Heard:
    name = text(event, "event")
    action, status = _EVENTS[name]
    message_id = text(event, "message-id")
    return Heard(
        provider="brevo",
        key=f"{message_id}:{name}:{text(event, 'ts_event') or text(event, 'ts')}:{text(event, 'email')}",
        kind=Kind.COMPLAINT if name == "spam" else Kind.BOUNCE,
        action=action,
        address=text(event, "email"),
        message_id=message_id,
        provider_id=message_id.strip("<>"),
        status=status,
        words=text(event, "reason"),
    )
