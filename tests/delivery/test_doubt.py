"""Copies that were claimed at the moment at which the database went away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.clusters.tables import Cluster
from service.delivery import ledger
from service.delivery.letterbox import Letterbox
from service.settings import Settings
from service.tokens import Keys
from tests.support.delivery import RelayServer, listening, post, rows, until, working


async def test_what_was_claimed_and_could_not_be_written_goes_out_once_the_database_is_back(
    cluster: Cluster, settings: Settings, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, lost = Letterbox.fetch, [ConnectionError("gone")]

    async def fail_once(self: Letterbox, copies: object) -> None:
        if copies and lost:
            raise lost.pop()
        await fetch(self, copies)  # type: ignore[arg-type]

    monkeypatch.setattr(Letterbox, "fetch", fail_once)
    monkeypatch.setattr(ledger, "_DOUBT", timedelta(seconds=1))
    dispatch = await post(cluster=cluster, now=datetime.now(UTC))
    async with (
        listening(RelayServer()) as server,
        working(settings=replace(settings, state=tmp_path, relays=(server.relay(),)), keys=keys),
    ):
        await until(lambda: server.addresses == ["mari@example.org"])
    (row,) = await rows(dispatch)
    assert (row.state, row.attempts, lost) == ("sent", 1, [])
