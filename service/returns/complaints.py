"""Feedback reports ★ (ARF, RFC 5965): somebody pressed “this is spam”.

Providers black out the recipient, so that who it was is told only by the signed names in the returned letter.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from service.delivery.verdict import heard
from service.returns import mime
from service.returns.mime import Part

_NO_COMPLAINTS = frozenset(("not-spam", "auth-failure", "dmarc"))


@dataclass(frozen=True, slots=True)
class Complaint:
    """`type`: abuse, fraud, opt-out, other …; `recipient`: if it is told; `agent`: who reports; in characters that can be stored."""

    type: str
    recipient: str = ""
    agent: str = ""

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, heard(getattr(self, one.name)))

    @property
    def complains(self) -> bool:
        """Whether a person does not want this mail; some types say the opposite, or speak of something else."""
        return self.type not in _NO_COMPLAINTS


def read(message: Part) -> Complaint | None:
    """The report in a message, if there is one."""
    for part in message.walk():
        if part.media_type == "message/feedback-report":
            inner = mime.read(part.content)
            fields = dict((*part.fields, *inner.fields))
            recipient = fields.get("original-rcpt-to", "").strip("<> ")
            return Complaint((fields.get("feedback-type", "").lower() or "abuse")[:20], recipient[:254], fields.get("user-agent", "")[:100])
    return None
