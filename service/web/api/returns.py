"""Webhooks of mail providers: proven in the provider's own way, then taken in. One that is not set up is not there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.returns import hearing, intake, reception
from service.returns.fetching import UnableToFetch
from service.returns.webhooks.heard import Unproven, Unreadable
from service.returns.webhooks.providers import PROVIDERS
from service.settings import Settings
from service.web.edge import AnyRequest


@post("/webhooks/{provider:str}", exclude_from_csrf=True)
async def webhook(
    request: AnyRequest, provider: FromPath[str], settings: NamedDependency[Settings], now: NamedDependency[datetime]
) -> Response[dict[str, Any]]:
    """200 when every event is committed, and what cannot be read is kept aside; the provider tries anything else again."""
    secret = settings.returns.webhooks.get(provider)
    if secret is None or provider not in PROVIDERS:
        return Response({"error": "not set up"}, status_code=404)
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        events = await hearing.events(provider=provider, headers=headers, body=body, secret=secret, now=now.timestamp())
    except Unproven:
        return Response({"error": "not proven"}, status_code=403)
    except Unreadable as error:
        fates = await intake.hear_some(error.events, body=body, provider=provider, reason=str(error), desk=reception.of(settings), now=now)
    except UnableToFetch as error:
        return Response({"error": str(error)}, status_code=503)
    else:
        fates = await intake.hear_all(events, desk=reception.of(settings), now=now)
    return Response({"events": [fate.value for fate in fates]}, status_code=200)


ROUTES: list[ControllerRouterHandler] = [webhook]
