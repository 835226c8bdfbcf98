"""How many copies a destination takes: values in, values out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery import allowance, destinations, pace
from service.delivery.allowance import PER_HOUR, SLOWED, WARM_UP, Flow, Limits
from service.delivery.verdict import Reply, Stage

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def flow(limits: Limits = Limits()) -> Flow:
    return allowance.begun("example.org", limits=limits, now=NOON)


def taken(of: Flow, wanted: int, *, limits: Limits = Limits(), service: bool = False, after: timedelta = timedelta()) -> tuple[Flow, int]:
    return allowance.take(of, wanted=wanted, is_awaited=service, limits=limits, now=NOON + after)


def test_without_limits_everything_goes() -> None:
    assert taken(flow(), 100_000)[1] == 100_000


@pytest.mark.parametrize(
    ("address", "name"), [("a@Example.org", "example.org"), ("b@googlemail.com", "gmail.com"), ("c@live.com", "outlook.com")]
)
def test_domains_of_one_provider_are_one_destination(address: str, name: str) -> None:
    assert destinations.of(address) == name
    assert address.partition("@")[2].lower() in destinations.domains(name)


def test_the_first_day_carries_the_warm_up_and_each_next_day_twice_as_much_at_most() -> None:
    limits, now, days = Limits(warm_up=1000), flow(), []
    for day in range(5):
        now, granted = taken(now, 100_000, limits=limits, after=timedelta(days=day))
        days.append(granted)
        assert taken(now, 1, limits=limits, after=timedelta(days=day))[1] == 0
    assert days == [1000, 2000, 4000, 8000, 16000]


def test_a_day_with_little_mail_does_not_raise_the_next() -> None:
    limits = Limits(warm_up=1000)
    now, _ = taken(flow(), 10, limits=limits)
    assert taken(now, 5000, limits=limits, after=timedelta(days=3))[1] == 1000


def test_copies_over_the_warm_up_wait_for_the_next_day_and_service_letters_do_not() -> None:
    limits = Limits(warm_up=10)
    now, granted = taken(flow(), 25, limits=limits)
    _, why, moments = allowance.put_off(now, copies=15, is_awaited=False, limits=limits, now=NOON)
    assert (granted, why, set(moments)) == (10, WARM_UP, {datetime(2026, 11, 23, tzinfo=UTC)})
    assert taken(now, 5, limits=limits, service=True)[1] == 5


def test_an_hourly_limit_is_kept_over_the_hour_beginning_half_full() -> None:
    limits = Limits(per_hour=3600)
    now, first = taken(flow(limits), 10_000, limits=limits)
    assert first == 5
    total = first
    for second in range(1, 3601):
        now, granted = taken(now, 10_000, limits=limits, after=timedelta(seconds=second))
        total += granted
    assert 3600 <= total <= 3606


def test_service_letters_pass_an_hourly_limit_and_news_waits_for_it_afterwards() -> None:
    limits = Limits(per_hour=3600)
    now, granted = taken(flow(limits), 100, limits=limits, service=True)
    assert granted == 100
    assert taken(now, 10, limits=limits, after=timedelta(seconds=90))[1] == 0
    assert taken(now, 10, limits=limits, after=timedelta(seconds=99))[1] > 0


def test_a_slow_down_begins_at_sixty_halves_to_one_a_minute_and_recovers_by_itself() -> None:
    now, rates = flow(), []
    for times in range(10):
        now = allowance.slowed(now, reply="421 4.7.0 later", now=NOON + times * MINUTE)
        rates.append(now.rate)
    assert rates[0] == 60
    assert rates == sorted(rates, reverse=True)  # type: ignore[type-var]
    assert 1 <= (rates[-1] or 0) < 1.2
    free = allowance.free_at(now)
    assert free is not None
    assert timedelta(minutes=45) < free - (NOON + 9 * MINUTE) <= allowance.LONGEST_SLOW
    seen = [allowance.slow_rate(now, NOON + minutes * MINUTE) for minutes in range(9, 70)]
    kept = [rate for rate in seen if rate is not None]
    assert kept == sorted(kept)
    assert seen[-1] is None
    assert taken(now, 100_000, after=timedelta(minutes=70))[0].rate is None


def test_refusals_of_copies_that_were_under_way_together_count_once() -> None:
    first = allowance.slowed(flow(), reply="421", now=NOON)
    assert allowance.slowed(first, reply="421", now=NOON + timedelta(seconds=20)) == first


def test_a_slowed_destination_holds_both_kinds_and_service_letters_come_first() -> None:
    slow = replace(allowance.slowed(flow(), reply="421", now=NOON), rate=1.0)
    assert taken(slow, 1, service=True)[1] == taken(slow, 1)[1] == 0
    after_news, why, news = allowance.put_off(slow, copies=3, is_awaited=False, limits=Limits(), now=NOON)
    _, _, service = allowance.put_off(after_news, copies=1, is_awaited=True, limits=Limits(), now=NOON)
    assert why == SLOWED
    assert service[0] <= news[0] < news[1] < news[2]
    assert service[0] == NOON + MINUTE


def test_copies_put_off_follow_one_another_and_the_rest_is_looked_at_again_in_a_quarter_of_an_hour() -> None:
    slow = allowance.slowed(flow(), reply="421", now=NOON)
    slow, _, first = allowance.put_off(slow, copies=500, is_awaited=False, limits=Limits(), now=NOON)
    slow, _, second = allowance.put_off(slow, copies=500, is_awaited=False, limits=Limits(), now=NOON)
    assert second[0] > first[-1]
    assert second[-1] == NOON + allowance.HORIZON == slow.tail_at


@given(
    steps=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 50), st.sampled_from(["news", "service", "refusal"])), max_size=60),
    per_hour=st.sampled_from([0, 60, 3600]),
    warm_up=st.sampled_from([0, 5, 500]),
)
def test_news_never_exceeds_a_limit_and_nothing_is_put_off_into_the_past(
    steps: list[tuple[int, int, str]], per_hour: int, warm_up: int
) -> None:
    limits, now, at, news = Limits(per_hour, warm_up), flow(), NOON, 0
    for seconds, wanted, what in steps:
        at += timedelta(seconds=seconds)
        if what == "refusal":
            now = allowance.slowed(now, reply="421", now=at)
            continue
        now, granted = allowance.take(now, wanted=wanted, is_awaited=what == "service", limits=limits, now=at)
        assert 0 <= granted <= wanted
        news += granted if what == "news" else 0
        if granted < wanted:
            now, why, moments = allowance.put_off(now, copies=wanted - granted, is_awaited=what == "service", limits=limits, now=at)
            assert why in {SLOWED, PER_HOUR, WARM_UP}
            assert min(moments) >= at
            assert moments == sorted(moments)
    if warm_up:
        assert news <= warm_up * 2 ** ((at.date() - NOON.date()).days + 1)
    if per_hour:
        assert news <= max(1, per_hour / 360) + per_hour * (at - NOON).total_seconds() / 3600 + 1


@pytest.mark.parametrize(
    ("stage", "reply", "slows"),
    [
        (Stage.RCPT, Reply(421, "4.7.28 unusual rate"), True),
        (Stage.DOT, Reply(451, "4.7.1 greylisted"), True),
        (Stage.DOT, Reply(421, "4.3.2 closing"), True),
        (Stage.RCPT, Reply(450, "4.2.0 busy"), False),
        (Stage.DATA, Reply(421, "4.3.2 closing"), False),
        (Stage.DOT, Reply(0, "lost"), False),
        (Stage.DOT, Reply(554, "5.7.1 no"), False),
    ],
)
def test_only_a_request_for_less_mail_slows_a_destination(stage: Stage, reply: Reply, slows: bool) -> None:
    assert pace.slows(stage, reply) is slows
