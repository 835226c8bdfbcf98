"""When an address is given up: by example, and by what must hold for every story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.classification import Verdict
from service.returns.policy import Fate, Standing, standing

START = datetime(2026, 9, 1, tzinfo=UTC)
HARD, SECOND, SOFT, OURS = Verdict.HARD, Verdict.SECOND, Verdict.SOFT, Verdict.OURS
STAYED = None


def story(*days: tuple[float, Verdict | None]) -> list[Fate]:
    """A letter on each of these days, and what became of it."""
    return [Fate(number, START + timedelta(days=day), verdict) for number, (day, verdict) in enumerate(days)]


@pytest.mark.parametrize(
    ("fates", "expected"),
    [
        (story(), "clear"),
        (story((0, HARD)), "dead"),
        (story((0, HARD), (30, STAYED)), "dead"),
        (story((0, SECOND)), "doubted"),
        (story((0, SECOND), (1, SECOND)), "dead"),
        (story((0, SECOND), (1, STAYED), (2, SECOND)), "doubted"),
        (story((0, SOFT), (7, SOFT)), "doubted"),
        (story((0, SOFT), (3, SOFT), (7, SOFT)), "dead"),
        (story((0, SOFT), (3, SOFT), (6.9, SOFT)), "doubted"),
        (story((0, SOFT), (7, SOFT), (7, SOFT)), "dead"),
        (story((0, SOFT), (0, SOFT), (0, SOFT), (8, SOFT)), "dead"),
        (story((0, SOFT), (1, SOFT), (2, SOFT), (7, SOFT)), "dead"),
        (story((0, SOFT), (1, STAYED), (3, SOFT), (8, SOFT)), "doubted"),
        (story((0, SOFT), (45, SOFT), (91, SOFT)), "doubted"),
        (story((0, SOFT), (45, SOFT), (89, SOFT)), "dead"),
        (story((0, SOFT), (45, SOFT), (90, SOFT)), "dead"),
        (story((0, SOFT), (45, SOFT), (90.1, SOFT)), "doubted"),
        (story((0, SOFT), (45, SOFT), (91, SOFT), (98, SOFT)), "dead"),
        (story((0, SECOND), (90, SECOND)), "dead"),
        (story((0, SECOND), (90.1, SECOND)), "doubted"),
        (story((0, SECOND), (1, OURS), (2, SECOND)), "dead"),
        (story((0, SECOND), (1, SOFT)), "doubted"),
        (story((0, SECOND), (1, SOFT), (2, SECOND)), "dead"),
        (story((0, SOFT), (3, SECOND), (8, SOFT)), "dead"),
        (story((0, OURS), (4, OURS), (8, OURS), (12, OURS)), "clear"),
        (story((0, SOFT), (3, OURS), (8, SOFT)), "doubted"),
        (story((0, SOFT), (3, SOFT), (8, SOFT), (9, STAYED)), "dead"),
    ],
)
def test_a_story_leaves_the_address(fates: list[Fate], expected: str) -> None:
    assert standing(fates) == expected


def test_one_letter_that_comes_back_again_and_again_is_one() -> None:
    assert standing([Fate(1, START, SOFT)] * 9 + [Fate(2, START + timedelta(days=8), SOFT)]) is Standing.DOUBTED
    assert standing([Fate(1, START, SECOND)] * 9) is Standing.DOUBTED


_VERDICTS = st.sampled_from([HARD, SECOND, SOFT, OURS, STAYED])
_STORIES = st.lists(st.tuples(st.floats(0, 200, allow_nan=False), _VERDICTS), max_size=12).map(lambda days: story(*days))


@given(_STORIES, st.randoms())
def test_the_order_in_which_it_is_told_does_not_matter(fates: list[Fate], random: object) -> None:
    told = list(fates)
    random.shuffle(told)  # type: ignore[attr-defined]
    assert standing(told) == standing(fates)


@given(_STORIES)
def test_what_is_about_us_changes_nothing(fates: list[Fate]) -> None:
    assert standing(fates) == standing([one for one in fates if one.verdict is not OURS])


@given(_STORIES)
def test_the_dead_do_not_rise_by_another_letter(fates: list[Fate]) -> None:
    later = [Fate(99, START + timedelta(days=300), STAYED), Fate(100, START + timedelta(days=301), SOFT)]
    if standing(fates) is Standing.DEAD:
        assert standing([*fates, *later]) is Standing.DEAD


@given(_STORIES)
def test_without_a_hard_one_nobody_is_given_up_before_the_second_letter(fates: list[Fate]) -> None:
    bounced = [one for one in fates if one.verdict in (SECOND, SOFT)]
    if len(bounced) < 2 and not any(one.verdict is HARD for one in fates):
        assert standing(fates) is not Standing.DEAD


@given(_STORIES)
def test_soft_ones_alone_give_up_nobody_within_seven_days(fates: list[Fate]) -> None:
    soft = [one for one in fates if one.verdict is SOFT]
    if soft and max(one.sent_at for one in soft) - min(one.sent_at for one in soft) < timedelta(days=7):
        assert standing(soft) is Standing.DOUBTED


@given(_STORIES)
def test_a_letter_that_stayed_last_of_all_clears_who_is_not_dead(fates: list[Fate]) -> None:
    stayed = Fate(99, START + timedelta(days=300), STAYED)
    if standing(fates) is not Standing.DEAD:
        assert standing([*fates, stayed]) is Standing.CLEAR
