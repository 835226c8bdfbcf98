"""What may be said about an item of the agenda, and which items cannot be taken together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.errors import Refused
from service.events import items
from service.events.items import Item, ItemFacts, Speaker
from service.events.occasion import Day

START = datetime(2027, 3, 2, 8, tzinfo=UTC)
DAYS = (Day(id=1, entry_id=1, starts_at=START, ends_at=START + timedelta(hours=8)),)
GOOD = ItemFacts(starts_at=START, ends_at=START + timedelta(hours=1), title={"en": "Opening"})


def item(number: int, after: float, minutes: float) -> Item:
    """An item so many minutes into the day."""
    starts_at = START + timedelta(minutes=after)
    plain: dict[str, Any] = {"title": {}, "description": {}, "speakers": {}, "place": "", "online_url": "", "is_chosen": True}
    return Item(
        id=number, event_id=1, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), capacity=None, seats_taken=0, **plain
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": {"en": " "}}, "title.en"),
        ({"title": {"en": "x" * 161}}, "title.en"),
        ({"speakers": {"en": "x" * 2001}}, "speakers.en"),
        ({"online_url": "example.org"}, "online_url"),
        ({"ends_at": START}, "to"),
        ({"starts_at": START - timedelta(minutes=1)}, "from"),
        ({"ends_at": START + timedelta(hours=9)}, "from"),
        ({"is_chosen": True, "capacity": 0}, "capacity"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        items.checked(replace(GOOD, **values), languages=("en", "et"), days=DAYS)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_only_what_is_chosen_has_seats_of_its_own() -> None:
    assert items.checked(replace(GOOD, capacity=5), languages=("en",), days=DAYS).capacity is None
    assert items.checked(replace(GOOD, capacity=5, is_chosen=True), languages=("en",), days=DAYS).capacity == 5


def test_speakers_are_written_one_a_line_with_a_word_about_them() -> None:
    typed = "Mari Maasikas – disainer, Narva\n\n Jaan-Erik Tamm, arhitekt \nSamantha"
    assert items.speakers(typed) == [
        Speaker("Mari Maasikas", "disainer, Narva"),
        Speaker("Jaan-Erik Tamm", "arhitekt"),
        Speaker("Samantha", ""),
    ]


@pytest.mark.parametrize(("after", "is_clash"), [(60, False), (59, True), (0, True), (-30, True), (-60, False)])
def test_two_items_clash_when_they_are_at_the_same_time(after: float, is_clash: bool) -> None:
    assert (items.clash([item(1, 0, 60), item(3, 500, 10), item(2, after, 60)]) is not None) is is_clash


def test_only_neighbours_with_nothing_beside_them_can_change_places() -> None:
    found = [item(1, 0, 30), item(2, 40, 20), item(3, 60, 60), item(4, 60, 30), item(5, 150, 30), item(6, 24 * 60, 30)]
    days = (*DAYS, Day(id=2, entry_id=1, starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=8)))
    assert {later: earlier.id for later, earlier in items.exchangeable(found, days).items()} == {2: 1}


def test_neighbours_change_places_and_the_break_between_stays() -> None:
    long, short = items.exchanged(item(1, 0, 60), item(2, 75, 30))
    assert (short.starts_at, short.ends_at) == (START, START + timedelta(minutes=30))
    assert (long.starts_at, long.ends_at) == (START + timedelta(minutes=45), START + timedelta(minutes=105))
