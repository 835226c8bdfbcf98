"""When a mailing stops itself, at 50, 500 and 50,000 recipients."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery import alarm
from service.delivery.alarm import Alarm, Figures, Kind

HARD, OURS, COMPLAINT = Kind.HARD, Kind.OURS, Kind.COMPLAINT


def spread(copies: int) -> dict[str, int]:
    """So many copies at as many destinations as there can be, ten at most."""
    return {f"d{place}.example.org": copies // 10 + (place < copies % 10) for place in range(10) if copies // 10 + (place < copies % 10)}


@pytest.mark.parametrize(
    ("kind", "bad", "settled", "stops"),
    [
        # 50 recipients: too few for a share of dead addresses; 20 refusals about us are enough
        (HARD, 50, 50, False),
        (OURS, 19, 50, False),
        (OURS, 20, 50, True),
        (COMPLAINT, 2, 50, False),
        (COMPLAINT, 3, 50, True),
        # 500
        (HARD, 9, 100, False),
        (HARD, 10, 99, False),
        (HARD, 10, 100, True),
        (HARD, 25, 500, False),
        (HARD, 26, 500, True),
        (OURS, 25, 500, False),
        (OURS, 26, 500, True),
        (COMPLAINT, 2, 500, False),
        (COMPLAINT, 3, 500, True),
        # 50,000
        (HARD, 2500, 50_000, False),
        (HARD, 2501, 50_000, True),
        (OURS, 2500, 50_000, False),
        (OURS, 2501, 50_000, True),
        (COMPLAINT, 50, 50_000, False),
        (COMPLAINT, 51, 50_000, True),
        (COMPLAINT, 3, 3000, False),
        (COMPLAINT, 3, 2999, True),
    ],
)
def test_a_mailing_stops_beyond_the_share_and_not_before(kind: Kind, bad: int, settled: int, stops: bool) -> None:
    found = alarm.judge(Figures(settled, {kind: spread(bad)}, elsewhere=True))
    assert found == (Alarm(kind, bad, settled) if stops else None)


@pytest.mark.parametrize("settled", [150, 500, 50_000])
def test_one_destination_alone_is_held_alone(settled: int) -> None:
    bad = {HARD: {"example.net": settled // 10}}
    assert alarm.judge(Figures(settled, bad, elsewhere=True)) == Alarm(HARD, settled // 10, settled, "example.net")


@pytest.mark.parametrize(
    "figures",
    [
        Figures(500, {OURS: {"example.net": 100}}, elsewhere=False),
        Figures(500, {OURS: {"example.net": 100}}, elsewhere=True, held=1),
        Figures(500, {OURS: {"example.net": 99}, HARD: {"example.com": 1}}, elsewhere=True),
        Figures(500, {COMPLAINT: {"example.net": 100}}, elsewhere=True),
    ],
    ids=["it goes nowhere else", "another is held already", "another has dead addresses", "people complained"],
)
def test_what_is_not_one_destinations_fault_stops_the_mailing(figures: Figures) -> None:
    found = alarm.judge(figures)
    assert found is not None
    assert found.destination is None


@given(
    settled=st.integers(0, 60_000),
    hard=st.integers(0, 4000),
    ours=st.integers(0, 4000),
    good=st.integers(0, 300),
)
def test_a_mailing_that_is_not_looked_at_for_so_many_bad_copies_could_not_have_stopped(
    settled: int, hard: int, ours: int, good: int
) -> None:
    figures = Figures(settled, {HARD: {"a.example.org": hard}, OURS: {"b.example.org": ours}})
    if alarm.judge(figures) is not None:
        return
    fewer = alarm.patience(figures) - 1
    for kind, bad in ((HARD, hard), (OURS, ours)):
        if fewer > 0:
            later = replace(figures, settled=settled + fewer + good, bad={**figures.bad, kind: {"a.example.org": bad + fewer}})
            assert alarm.judge(later) is None
