"""Letters are rendered before the event's lock is asked for."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.events import printing, programme
from service.events.occasion import Occasion
from service.events.office import Office
from tests.support import events


async def test_nothing_is_rendered_under_the_lock_for_whoever_gets_a_seat_or_a_place_in_line(
    office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1, title={"en": "Rendered before"})
    kept: list[set[object]] = []
    lock = programme.lock

    async def locked(*, event: Occasion) -> Occasion:
        kept.append(set(printing._printed))
        return await lock(event=event)

    monkeypatch.setattr(programme, "lock", locked)
    for who in (1, 2):
        await events.register(office=office, event=event, now=now, number=who, language="ru")
        assert set(printing._printed) == kept[-1]
