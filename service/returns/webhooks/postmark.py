"""Postmark ★: a secret in the header; it puts its own Message-ID in place of ours and tells it in the 250 reply."""

from __future__ import annotations

from collections.abc import Mapping

from service.returns.telling import Kind
from service.returns.webhooks import secret as shared
from service.returns.webhooks.heard import Heard, decoded, text

# Its types of bounce, with the code that stands for each where its words hold none.
_TYPES = {
    "HardBounce": ("failed", "5.1.1"),
    "BadEmailAddress": ("failed", "5.1.3"),
    "SoftBounce": ("failed", ""),
    "DnsError": ("failed", "4.4.3"),
    "Unknown": ("failed", ""),
    "Transient": ("delayed", ""),
    "SpamNotification": ("failed", "5.7.1"),
    "Blocked": ("failed", "5.7.1"),
    "DMARCPolicy": ("failed", "5.7.1"),
    "VirusNotification": ("failed", "5.7.1"),
}


def prove(*, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:  # noqa: ARG001  # all providers are asked alike
    """Raises Unproven."""
    shared.prove(headers=headers, secret=secret)


def read(body: bytes) -> tuple[Heard, ...]:
    """The event; none when it is about something else than a bounce or a complaint."""
    event = decoded(body)
    complains = text(event, "RecordType") == "SpamComplaint" or text(event, "Type") == "SpamComplaint"
    if not complains and (text(event, "RecordType") != "Bounce" or text(event, "Type") not in _TYPES):
        return ()
    action, status = ("", "") if complains else _TYPES[text(event, "Type")]
    return (
        Heard(
            provider="postmark",
            key=text(event, "ID") or f"{text(event, 'MessageID')}:{text(event, 'Type')}",
            kind=Kind.COMPLAINT if complains else Kind.BOUNCE,
            action=action,
            address=text(event, "Email"),
            provider_id=text(event, "MessageID"),
            status=status,
            words=text(event, "Details") or text(event, "Description"),
        ),
    )
