"""From a provider's request to the events that it proves. Amazon's needs a certificate for that; it is fetched once and kept in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import structlog

from service.returns import fetching
from service.returns.webhooks import sns
from service.returns.webhooks.heard import Heard, Unproven
from service.returns.webhooks.providers import PROVIDERS

log = structlog.get_logger()

Fetch = Callable[[str], Awaitable[bytes]]

_MOST = 8
_certificates: dict[str, bytes] = {}


async def events(
    *, provider: str, headers: Mapping[str, str], body: bytes, secret: str, now: float, fetch: Fetch = fetching.fetch
) -> tuple[Heard, ...]:
    """What is told; raises Unproven, Unreadable, and UnableToFetch when Amazon's host does not answer."""
    if provider == "ses":
        await _prove_by_certificate(body, secret, now, fetch)
        if (confirm := sns.confirmation_url(body, topic=secret)) is not None:
            await fetch(confirm)
            log.info("topic_subscribed", topic=secret)
    else:
        PROVIDERS[provider].prove(headers=headers, body=body, secret=secret, now=now)
    return PROVIDERS[provider].read(body)


async def _prove_by_certificate(body: bytes, topic: str, now: float, fetch: Fetch) -> None:
    """A certificate is kept only after it has proven something."""
    url = sns.certificate_url(body, topic=topic, now=now)
    certificate = _certificates.get(url) or await fetch(url)
    try:
        sns.prove(body, certificate=certificate, now=now)
    except Unproven:
        log.warning("webhook_unproven", provider="ses", certificate=url)
        raise
    if url not in _certificates and len(_certificates) >= _MOST:
        _certificates.clear()
    _certificates[url] = certificate
