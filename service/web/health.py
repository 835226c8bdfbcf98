"""`/health/ready`: this process can serve. `/health/whole`: every part is in order, or which is not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from service.delivery import heartbeats, relays, signing_keys
from service.mailbox import presence
from service.persistence import engine, migrations, nudge
from service.settings import Settings
from service.tokens import Keys


@get("/health/ready")
async def ready() -> Response[dict[str, Any]]:
    """200 when PostgreSQL answers and has all migrations, else 503 with what is missing."""
    return _report(await _missing_here())


@get("/health/whole")
async def whole(
    now: NamedDependency[datetime], settings: NamedDependency[Settings], keys: NamedDependency[Keys]
) -> Response[dict[str, Any]]:
    """200 when web, worker, PostgreSQL, Valkey, the relays or the catcher and the signing keys are in order, else 503 naming what is missing."""
    missing = await _missing_here()
    if not await nudge.answers():
        missing.append("valkey")
    if "postgresql" not in missing:
        missing += await _missing_elsewhere(settings, keys, now)
    return _report(missing)


async def _missing_here() -> list[str]:
    if not await engine.answers():
        return ["postgresql"]
    return ["migrations"] if await migrations.pending() else []


async def _missing_elsewhere(settings: Settings, keys: Keys, now: datetime) -> list[str]:
    missing = [] if await heartbeats.alive(now=now) else ["worker"]
    used = settings.effective_relays
    if not used or any(waits for _, waits in await relays.troubles(among=used)):
        missing.append("relay")
    elif not settings.relays and not await presence.answers(at=settings.catcher or ""):
        missing.append("catcher")
    if (await signing_keys.signers(keys=keys)).mute:
        missing.append("signing")
    return missing


def _report(missing: list[str]) -> Response[dict[str, Any]]:
    body = {"status": "missing" if missing else "ok", "missing": missing}
    return Response(body, status_code=503 if missing else 200, headers={"Cache-Control": "no-store"})
