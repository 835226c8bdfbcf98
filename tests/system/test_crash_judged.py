"""How the crash proof judges its figures."""

from __future__ import annotations

import pytest

from tests.benchmarks import _crash

FINE = {"lost": 0, "ledger_agrees": True, "duplicates": 9, "bound": 5, "dropped": 4, "longest_silence_seconds": 15.0}


@pytest.mark.parametrize(
    ("figures", "held"),
    [
        ({}, True),
        ({"lost": 1}, False),
        ({"ledger_agrees": False}, False),
        ({"duplicates": 10}, False),
        ({"longest_silence_seconds": 15.1}, False),
    ],
)
def test_a_series_holds_when_every_promise_of_the_readme_does(figures: dict[str, float], held: bool) -> None:
    assert _crash.judged(FINE | figures)["held"] is held
