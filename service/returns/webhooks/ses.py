"""Amazon SES ★, told by SNS: matched by the envelope sender, which SES reports as we gave it, by our Message-ID, or by its own id in the 250 reply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.returns.telling import Kind
from service.returns.webhooks import sns
from service.returns.webhooks.heard import Heard, Unproven, Unreadable, decoded, text

# Its types and subtypes of bounce, with the code that stands for each where the report holds none.
_STATUS = {
    ("Permanent", "General"): "5.1.1",
    ("Permanent", "NoEmail"): "5.1.1",
    ("Permanent", "Suppressed"): "5.1.1",
    ("Permanent", "OnAccountSuppressionList"): "5.1.1",
    ("Transient", "MailboxFull"): "4.2.2",
    ("Transient", "MessageTooLarge"): "5.6.0",  # about the letter
    ("Transient", "ContentRejected"): "5.7.1",
    ("Transient", "AttachmentRejected"): "5.7.1",
}
_MOST = 50


def prove(*, headers: Mapping[str, str], body: bytes, secret: str, now: float) -> None:  # noqa: ARG001  # all providers are asked alike
    """Raises Unproven: a certificate must be fetched for it (`hearing`)."""
    sns.certificate_url(body, topic=secret, now=now)
    raise Unproven


def read(body: bytes) -> tuple[Heard, ...]:
    """The events of a proven message, one for each recipient; none when it is about something else than a bounce or a complaint."""
    envelope = decoded(body)
    if text(envelope, "Type") != "Notification":
        return ()
    report = _report(str(envelope.get("Message", "")))
    kind = text(report, "notificationType") or text(report, "eventType")
    found = _KINDS[kind](report) if kind in _KINDS else ()
    return tuple(_heard(one, text(envelope, "MessageId"), report.get("mail")) for one in found)


def _report(message: str) -> dict[str, Any]:
    """The report; empty for the sentence that SES sends when a topic is set up."""
    if not message.lstrip().startswith(("{", "[")):
        return {}
    report = decoded(message.encode("utf-8", "replace"))
    if not isinstance(report, dict):
        raise Unreadable("its message is no report")
    return report


def _bounces(report: dict[str, Any]) -> Iterable[dict[str, str]]:
    bounce = report.get("bounce")
    usual = _STATUS.get((text(bounce, "bounceType"), text(bounce, "bounceSubType")), "")
    for one in _recipients(bounce, "bouncedRecipients"):
        yield {"action": "failed", "status": text(one, "status")[:12] or usual, "words": text(one, "diagnosticCode"), **_address(one)}


def _delays(report: dict[str, Any]) -> Iterable[dict[str, str]]:
    for one in _recipients(report.get("deliveryDelay"), "delayedRecipients"):
        yield {"action": "delayed", "status": text(one, "status")[:12], "words": text(one, "diagnosticCode"), **_address(one)}


def _complaints(report: dict[str, Any]) -> Iterable[dict[str, str]]:
    complaint = report.get("complaint")
    if text(complaint, "complaintFeedbackType") != "not-spam":
        for one in _recipients(complaint, "complainedRecipients"):
            yield {"action": "", **_address(one)}


_KINDS = {"Bounce": _bounces, "DeliveryDelay": _delays, "Complaint": _complaints}


def _recipients(of: Any, name: str) -> list[Any]:
    found = of.get(name) if isinstance(of, dict) else None
    if not isinstance(found, list):
        raise Unreadable("it names no recipients")
    return found[:_MOST]


def _address(recipient: Any) -> dict[str, str]:
    return {"address": text(recipient, "emailAddress")}


def _heard(event: dict[str, str], message: str, mail: Any) -> Heard:
    return Heard(
        provider="ses",
        key=f"{message}:{event['address']}",
        kind=Kind.BOUNCE if event["action"] else Kind.COMPLAINT,
        message_id=_ours(mail),
        provider_id=text(mail, "messageId"),
        **event,
    )


def _ours(mail: Any) -> str:
    """The signed name of the copy: in the envelope sender, else in the Message-ID that we gave it."""
    local = text(mail, "source").strip("<>").partition("@")[0]
    if local.lower().startswith("bounce+"):
        return local[len("bounce+") :]
    return text(mail, "commonHeaders", "messageId")
