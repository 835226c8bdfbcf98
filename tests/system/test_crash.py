"""A mailing survives kills: the short form of `python -m tests.benchmarks crash`."""

from __future__ import annotations

import pytest

from tests.benchmarks._crash import VICTIMS, Series


@pytest.mark.timeout(300)
@pytest.mark.parametrize("victim", [one for one in VICTIMS if one != "valkey"])
def test_a_mailing_loses_nothing_and_repeats_only_what_was_open(victim: str) -> None:
    kills = 3 if victim == "worker" else 1
    found = Series(victim, kills=kills, copies=5_000, pause=0.006).run()
    assert found["kills"] == kills
    assert found["lost"] == 0
    assert found["duplicates"] <= found["bound"] + found["dropped"]
    assert found["message_ids_per_recipient"] == 1
    assert found["ledger_agrees"]
    assert found["states"] == {"sent": 5_000}
    assert found["longest_silence_seconds"] <= 15
