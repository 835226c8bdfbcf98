"""What has run out is forgotten, and nothing else."""

from datetime import datetime, timedelta

from service.identity import one_time
from service.identity.one_time import Purpose
from service.identity.tables import OneTime
from service.persistence import throttle
from service.persistence.tables import Throttle
from service.upkeep import cleaning


async def test_what_has_run_out_is_forgotten_and_nothing_else(database: None, now: datetime) -> None:
    await one_time.issue(purpose=Purpose.WELCOME, now=now - timedelta(days=30))
    await one_time.issue(purpose=Purpose.WELCOME, now=now)
    await throttle.count(what="a try", who="somebody", limit=5, now=now - timedelta(days=2))
    await throttle.count(what="a try", who="somebody", limit=5, now=now)
    await cleaning.clean(now=now)
    await cleaning.clean(now=now)
    assert await OneTime.count() == 1
    assert await Throttle.count() == 1
