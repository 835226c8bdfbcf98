"""The first coordinator of an installation that has nobody yet, by the link that its first start printed."""

from __future__ import annotations

from datetime import datetime

from service.errors import Gone
from service.identity import accounts, one_time, sign_in
from service.identity.one_time import Purpose
from service.identity.tables import Coordinator
from service.persistence.engine import connection
from service.persistence.transaction import transaction


async def begin(*, one_time_id: int, address: str, name: str, language: str, password: str, now: datetime) -> Coordinator:
    """Make the first account, which runs the installation, and note its sign-in; raises Refused, or Gone once there is a coordinator."""
    async with transaction():
        await _alone()
        await one_time.use(one_time_id=one_time_id, purposes=(Purpose.WELCOME,), now=now)
        if await accounts.any():
            raise Gone("This site has been set up already. Sign in, or ask for a new password on the sign-in page.")
        coordinator = await accounts.create(address=address, name=name, language=language, password=password, is_operator=True, now=now)
        await sign_in.arrived(coordinator_id=coordinator.id, now=now)
    return coordinator


async def _alone() -> None:
    """Two people with two set-up links take turns, so that the second one finds the first."""
    async with connection() as raw:
        await raw.execute("LOCK TABLE coordinator IN SHARE ROW EXCLUSIVE MODE")
