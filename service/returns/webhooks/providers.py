"""The providers by the name in their webhook's address ★."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from service.returns.webhooks import brevo, generic, mailgun, postmark
from service.returns.webhooks.heard import Provider

PROVIDERS: Mapping[str, Provider] = MappingProxyType({"generic": generic, "mailgun": mailgun, "postmark": postmark, "brevo": brevo})
"""Each needs its secret in `KUTSE_WEBHOOK_<NAME>`."""
