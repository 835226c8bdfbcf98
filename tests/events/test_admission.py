"""Who gets a seat, by the terms and the counters: pure decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Refused
from service.events import admission, capacity, terms
from service.events.admission import Reason
from service.events.capacity import Claim, Standing
from service.events.terms import Access, Mode, Terms

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SOON = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("given_terms", "who", "standing", "why"),
    [
        ({}, {}, Standing.SEATED, Reason.NONE),
        ({}, {"lacking": "room"}, Standing.WAITLISTED, Reason.SEAT),
        ({}, {"lacking": "online"}, Standing.WAITLISTED, Reason.SEAT),
        ({}, {"lacking": "organisation:narva disainimaja"}, Standing.WAITLISTED, Reason.ORGANISATION),
        ({"by_approval": True}, {"is_vouched": True}, Standing.PENDING, Reason.APPROVAL),
        ({"by_approval": True}, {"is_decided": True}, Standing.SEATED, Reason.NONE),
        ({"by_approval": True}, {"is_decided": True, "lacking": "room"}, Standing.WAITLISTED, Reason.SEAT),
        ({"access": Access.MEMBERS}, {}, Standing.PENDING, Reason.ACCESS),
        ({"access": Access.MEMBERS}, {"is_vouched": True}, Standing.SEATED, Reason.NONE),
        ({"access": Access.INVITED}, {}, Standing.PENDING, Reason.ACCESS),
        ({"access": Access.INVITED}, {"is_decided": True}, Standing.SEATED, Reason.NONE),
        ({"members_first_until": SOON}, {}, Standing.WAITLISTED, Reason.MEMBERS),
        ({"members_first_until": SOON}, {"is_vouched": True}, Standing.SEATED, Reason.NONE),
        ({"members_first_until": NOW}, {}, Standing.SEATED, Reason.NONE),
    ],
)
def test_what_somebody_gets_follows_from_the_terms(
    given_terms: dict[str, Any], who: dict[str, Any], standing: Standing, why: Reason
) -> None:
    usual: dict[str, Any] = {"is_vouched": False, "is_decided": False, "lacking": None}
    assert admission.verdict(terms=Terms(**given_terms), now=NOW, **(usual | who)) == admission.Verdict(standing, why)


def test_whoever_lacks_a_seat_of_their_organisation_is_passed_by_and_does_not_block_the_line() -> None:
    line = [Claim(1, ("room", "organisation:a")), Claim(2, ("room", "organisation:b")), Claim(3, ("room",)), Claim(4, ("room",))]
    assert capacity.outlook(line, {"room": 2, "organisation:a": 0, "organisation:b": 1}) == {
        1: "organisation:a",
        2: None,
        3: None,
        4: "room",
    }


claims = st.lists(st.sets(st.sampled_from(["room", "online", "organisation:a", "organisation:b"]), min_size=1), max_size=12)
counters = st.dictionaries(st.sampled_from(["room", "online", "organisation:a"]), st.none() | st.integers(0, 4))


@given(claims, counters)
def test_no_counter_is_ever_overdrawn_and_nobody_is_passed_by_who_could_have_a_seat(
    needs: list[set[str]], left: dict[str, int | None]
) -> None:
    line = [Claim(number, tuple(sorted(wanted))) for number, wanted in enumerate(needs)]
    found = capacity.outlook(line, left)
    used: dict[str, int] = {}
    for claim in line:
        fits = all((free := left.get(one)) is None or used.get(one, 0) < free for one in claim.needs)
        assert (found[claim.id] is None) == fits
        if fits:
            used |= {one: used.get(one, 0) + 1 for one in claim.needs}
    assert all(left.get(one) is None or number <= (left[one] or 0) for one, number in used.items())


def test_fewer_seats_than_are_taken_are_refused_with_the_names_that_came_last() -> None:
    with pytest.raises(Refused) as refused:
        capacity.refuse_below_taken(capacity=1, taken=3, names=["Mari", "Jüri", "Anna"])
    assert refused.value.problem.values["names"] == "Jüri, Anna"
    capacity.refuse_below_taken(capacity=3, taken=3, names=["Mari", "Jüri", "Anna"])


@pytest.mark.parametrize(
    ("hours", "begins_in", "held"),
    [
        (24, timedelta(days=30), timedelta(hours=24)),
        (24, timedelta(hours=10), timedelta(hours=5)),
        (24, timedelta(hours=2), timedelta(hours=1)),
        (24, timedelta(minutes=119), None),
        (1, timedelta(days=1), timedelta(hours=1)),
    ],
)
def test_an_offer_never_outlives_half_of_what_is_left_and_is_not_made_too_late(
    hours: int, begins_in: timedelta, held: timedelta | None
) -> None:
    until = admission.offered_until(now=NOW, hours=hours, starts_at=NOW + begins_in)
    assert until == (NOW + held if held else None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"organisation_limit": 0}, "organisation_limit"),
        ({"online_capacity": 100_001}, "online_capacity"),
        ({"confirm_hours": 0}, "confirm_hours"),
        ({"confirm_hours": 337}, "confirm_hours"),
        ({"members_first_until": SOON}, "members_first_until"),
    ],
)
def test_terms_that_make_no_sense_are_named(wrong: dict[str, Any], field: str) -> None:
    assert [problem.field for problem in terms.problems(Terms(**wrong), starts_at=SOON)] == [field]


def test_somebody_without_an_organisation_is_under_no_limit_of_one() -> None:
    limited = Terms(organisation_limit=2)
    assert admission.counters(terms=limited, mode=Mode.ROOM, organisation_key="") == ("room",)
    assert admission.counters(terms=limited, mode=Mode.ROOM, organisation_key="a") == ("room", "organisation:a")
    assert admission.counters(terms=Terms(), mode=Mode.ONLINE, organisation_key="a") == ("online",)
