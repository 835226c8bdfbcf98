"""Letters are rendered before the event's lock is asked for."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from service.events import printing, programme, registration
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.once import Once
from service.events.terms import Access, Terms
from service.letters import render
from service.letters.letter import Letter
from service.persistence.engine import DB
from tests.support import events


@pytest.fixture(autouse=True)
def nothing_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has just begun: events of earlier tests may have had the same ids."""
    monkeypatch.setattr(printing, "READY", Once[None](most=9))
    monkeypatch.setattr(printing, "PRINTED", Once[Letter](most=99))


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"by_approval": True},
        {"access": Access.MEMBERS},
        {"organisation_limit": 1},
        {"members_first_until": datetime(2026, 12, 1, tzinfo=UTC)},
    ],
    ids=str,
)
async def test_nothing_is_rendered_under_the_lock_whatever_becomes_of_somebody(
    office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch, terms: dict[str, Any]
) -> None:
    event = await events.published(cluster=office.cluster, now=now, capacity=1, terms=Terms(**terms), title={"en": "Rendered before"})
    kept: list[set[object]] = []
    lock = programme.lock

    async def locked(*, event: Occasion) -> Occasion:
        kept.append(printing.PRINTED.keys())
        return await lock(event=event)

    monkeypatch.setattr(programme, "lock", locked)
    for who in (1, 2, 2):  # a seat or a request, a place in line, and registered already
        await events.register(office=office, event=event, now=now, number=who, language="ru")
        assert printing.PRINTED.keys() == kept[-1]
    host, colleague = (events.form(number, language="ru") for number in (3, 4))
    await registration.register(office=office, event_id=event.id, form=host, colleagues=[colleague], network="198.51.100.3", now=now)
    assert printing.PRINTED.keys() == kept[-1]


async def test_a_crowd_waits_for_one_rendering_outside_of_any_transaction(
    office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await events.published(cluster=office.cluster, now=now, title={"en": "Rendered once"})
    rendered: list[str] = []
    letter = render.letter

    async def slowly(**which: Any) -> Letter:
        assert DB.current_transaction.get() is None
        rendered.append(which["template"])
        await asyncio.sleep(0.05)
        return await letter(**which)

    monkeypatch.setattr(render, "letter", slowly)
    await asyncio.gather(*(events.register(office=office, event=event, now=now, number=who) for who in range(1, 6)))
    assert sorted(rendered) == ["registration_confirmed", "registration_exists"]


async def test_what_whoever_came_first_could_not_make_the_next_makes() -> None:
    once, tries = Once[int](most=2), iter((ValueError("broken"), 7))

    async def make() -> int:
        await asyncio.sleep(0)
        if isinstance(made := next(tries), Exception):
            raise made
        return made

    first, second = await asyncio.gather(once.get("a", make), once.get("a", make), return_exceptions=True)
    assert (type(first), second) == (ValueError, 7)
