"""The providers by the name in their webhook's address ★."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from service.returns.webhooks import brevo, generic, mailgun, postmark, sendgrid, ses
from service.returns.webhooks.heard import Provider

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {"generic": generic, "ses": ses, "mailgun": mailgun, "sendgrid": sendgrid, "postmark": postmark, "brevo": brevo}
)
"""Each needs what proves it in `KUTSE_WEBHOOK_<NAME>`: a secret, SES the ARN of our topic, SendGrid its public key."""
