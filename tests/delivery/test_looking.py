"""An idle worker knows what its relay would say, before a letter meets it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs

from service.delivery import relays
from service.delivery.carry import Carrier
from service.settings import Relay, Settings
from service.tokens import Keys
from tests.conftest import Clock
from tests.support.delivery import RelayServer, listening
from tests.support.running import free_port
from workers import main


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, state=tmp_path)


def _carrier(relay: Relay, settings: Settings, keys: Keys, clock: Clock) -> Carrier:
    return Carrier(settings=replace(settings, relays=(relay,)), keys=keys, clock=clock)


async def test_a_relay_that_is_not_there_is_held_before_anything_is_sent(
    database: None, settings: Settings, keys: Keys, clock: Clock
) -> None:
    relay = Relay(host="127.0.0.1", port=free_port(), security="none")
    await _carrier(relay, settings, keys, clock).look(patience=3)
    (held,) = await relays.held()
    assert held.stage == "connect"


async def test_a_password_that_is_refused_is_known_and_let_go_once_it_works(
    database: None, settings: Settings, keys: Keys, clock: Clock, now: datetime
) -> None:
    async with listening(RelayServer(on_auth=lambda _: "535 5.7.8 wrong password")) as server:
        carrier = _carrier(server.relay(username="kutse", password="x"), settings, keys, clock)
        await carrier.look(patience=3)
        assert [held.reply for held in await relays.held()] == ["535 5.7.8 wrong password"]
        server.on_auth = lambda _: "235 2.7.0 welcome"
        await carrier.look(patience=3)
        assert await relays.held(), "not before it is time to ask again"
        clock.now = now + timedelta(hours=5)
        await carrier.look(patience=3)
    assert not await relays.held()
    assert server.received == []


async def test_a_relay_that_takes_us_is_logged_in_to_again_after_ten_minutes(
    database: None, settings: Settings, keys: Keys, clock: Clock, now: datetime
) -> None:
    async with listening(RelayServer()) as server:
        carrier = _carrier(server.relay(username="kutse", password="x"), settings, keys, clock)
        for minutes in (0, 1, 9, 10, 11):
            clock.now = now + timedelta(minutes=minutes)
            await carrier.look(patience=3)
        assert len([line for line in server.log if line.startswith("AUTH")]) == 2
    await carrier.look(patience=3)
    assert [held.stage for held in await relays.held()] == ["connect"], "it has gone away meanwhile"


async def test_a_relay_that_was_renamed_is_forgotten_at_the_start(database: None, settings: Settings, keys: Keys, now: datetime) -> None:
    for name in ("an old name", "relay"):
        await relays.hold(held=relays.HeldRelay(name, "auth", "535 no", 1, now, now))
    await Carrier(settings=replace(settings, relays=(Relay(name="relay"),)), keys=keys)._gates.begin()
    assert [held.name for held in await relays.held()] == ["relay"]


async def test_a_refused_sender_is_not_forgiven_for_a_mere_greeting(
    database: None, settings: Settings, keys: Keys, clock: Clock, now: datetime
) -> None:
    refused = relays.HeldRelay("relay", "mail", "550 5.7.1 sender not allowed", 1, now, now)
    await relays.hold(held=refused)
    async with listening(RelayServer()) as server:
        carrier = _carrier(server.relay(name="relay"), settings, keys, clock)
        await carrier._gates.hear()
        await carrier.look(patience=3)
    assert [held.stage for held in await relays.held()] == ["mail"]


async def test_a_relay_that_says_nothing_is_neither_held_nor_waited_for(
    database: None, settings: Settings, keys: Keys, clock: Clock
) -> None:
    silent = await asyncio.start_server(_say_nothing, "127.0.0.1")
    relay = Relay(host="127.0.0.1", port=silent.sockets[0].getsockname()[1], security="none")
    await _carrier(relay, settings, keys, clock).look(patience=0.2)
    silent.close()
    assert not await relays.held()


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def test_trouble_with_a_look_keeps_no_worker_from_carrying(monkeypatch: pytest.MonkeyPatch, settings: Settings, keys: Keys) -> None:
    async def fail(_carrier: Carrier, *, patience: float) -> None:
        raise ValueError(patience)

    monkeypatch.setattr(Carrier, "look", fail)
    await main._look(Carrier(settings=settings, keys=keys), patience=0)


@pytest.mark.parametrize("error", [asyncpg.CharacterNotInRepertoireError, asyncpg.AmbiguousParameterError, asyncpg.CheckViolationError])
async def test_what_cannot_be_written_is_our_defect_and_not_a_database_that_is_away(
    settings: Settings, keys: Keys, error: type[Exception]
) -> None:
    carrier = Carrier(settings=settings, keys=keys)

    async def work() -> None:
        carrier._closed.set()
        raise error

    with capture_logs() as logged:
        await carrier._lasting(work)
    assert [(line["event"], line["log_level"]) for line in logged] == [("not_written", "error")]
