"""The pure decisions: verdicts, pace, return addresses, replies, what lies ready."""

from __future__ import annotations

import hmac
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import tokens
from service.delivery import pace, verdict
from service.delivery.claim import Claimed
from service.delivery.outbox import Kind
from service.delivery.ready import FRESH_SECONDS, Ready
from service.delivery.replies import Garbage, Reader
from service.delivery.return_path import ReturnPath
from service.delivery.verdict import Reply, Stage, Verdict
from service.tokens import Keys


@pytest.mark.parametrize(
    ("stage", "code", "text", "expected"),
    [
        (Stage.DOT, 250, "2.0.0 ok", Verdict.SENT),
        (Stage.RCPT, 250, "ok", Verdict.GO_ON),
        (Stage.DATA, 354, "go", Verdict.GO_ON),
        (Stage.DATA, 250, "what", Verdict.RETRY),
        (Stage.RCPT, 450, "4.2.0 busy", Verdict.RETRY),
        (Stage.DOT, 451, "4.7.1 greylisted", Verdict.RETRY),
        (Stage.DOT, 421, "4.3.2 closing", Verdict.RETRY),
        (Stage.DOT, 0, "lost", Verdict.RETRY),
        (Stage.RCPT, 550, "5.1.1 unknown", Verdict.FAILED),
        (Stage.DOT, 554, "5.7.1 spam", Verdict.FAILED),
        (Stage.MAIL, 550, "5.7.1 sender", Verdict.OURS),
        (Stage.MAIL, 451, "4.3.0 later", Verdict.OURS),
        (Stage.AUTH, 535, "5.7.8 no", Verdict.OURS),
        (Stage.CONNECT, 0, "refused", Verdict.OURS),
        (Stage.MAIL, 552, "5.3.4 too big", Verdict.FAILED),
    ],
)
def test_a_reply_is_judged_by_where_it_came(stage: Stage, code: int, text: str, expected: Verdict) -> None:
    assert verdict.of(stage, Reply(code, text)) is expected


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (550, "5.6.7 SMTPUTF8 not permitted", Verdict.FAILED),
        (555, "unknown parameter", Verdict.FAILED),
        (550, "5.7.1 sender", Verdict.OURS),
        (451, "4.3.0 later", Verdict.OURS),
    ],
)
def test_a_sender_refused_for_smtputf8_says_nothing_about_us(code: int, text: str, expected: Verdict) -> None:
    assert verdict.of(Stage.MAIL, Reply(code, text), utf8=True) is expected
    assert verdict.of(Stage.MAIL, Reply(code, text)) is Verdict.OURS


def test_retries_begin_at_five_minutes_stay_below_five_hours_and_end_after_four_days() -> None:
    waits: list[timedelta] = []
    while (wait := pace.retry_after(attempts=len(waits) + 1, chance=0.5)) is not None:
        waits.append(wait)
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40)]
    assert max(waits) == timedelta(hours=4)
    assert timedelta(days=4) <= sum(waits, timedelta()) < timedelta(days=4, hours=5)


@given(refusals=st.integers(1, 10_000), chance=st.floats(0, 0.999))
def test_a_held_relay_is_probed_again_within_seven_minutes(refusals: int, chance: float) -> None:
    assert timedelta(seconds=1) <= pace.probe_after(refusals=refusals, chance=chance) <= timedelta(minutes=7)


@given(delivery=st.integers(1, 2**63 - 1))
def test_a_return_address_names_its_delivery_in_any_case_and_fits(delivery: int) -> None:
    returns = ReturnPath(Keys(("new secret", "old secret")), "kutse.example.org")
    token = ReturnPath(Keys(("old secret",)), "kutse.example.org").token(delivery)
    assert returns.read(token.upper()) == delivery
    assert len(f"bounce+{token}") <= 64
    assert ReturnPath(Keys(("another",)), "kutse.example.org").read(token) is None


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_what_is_signed_is_hmac_sha_256_whatever_the_keys_length(key: bytes, message: bytes) -> None:
    assert tokens.mac(key, message) == hmac.digest(key, message, "sha256")


@pytest.mark.parametrize("token", ["", "a", "ä", "=" * 32, "a" * 32, "a" * 500])
def test_what_is_no_token_of_ours_names_nothing(token: str) -> None:
    assert ReturnPath(Keys(("secret",)), "kutse.example.org").read(token) is None


@given(cuts=st.lists(st.integers(1, 30), min_size=1, max_size=50))
def test_replies_come_whole_however_the_network_cuts_them(cuts: list[int]) -> None:
    stream = b"250-first\r\n250 2.1.0 last\r\n354 go\n250\r\n421 4.3.2 bye\r\n"
    reader = Reader()
    replies: list[Reply] = []
    for cut in (*cuts, len(stream)):
        piece, stream = stream[:cut], stream[cut:]
        replies += reader.feed(piece)
    assert replies == [Reply(250, "first 2.1.0 last"), Reply(354, "go"), Reply(250, ""), Reply(421, "4.3.2 bye")]


@pytest.mark.parametrize("junk", [b"hello\r\n", b"25\r\n", b"\r\n", b"2500 x\r\n", b"x" * 70_000])
def test_what_is_no_reply_ends_the_conversation(junk: bytes) -> None:
    with pytest.raises(Garbage):
        list(Reader().feed(junk))


def _copy(number: int) -> Claimed:
    return Claimed(number, 1, 1, 1, None, "a@example.org", "", {}, 0, Kind.NEWS)


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        ("554 5.7.1 Zugriff für Sie".encode("latin-1"), "5.7.1 Zugriff f\ufffdr Sie"),
        (b"250 2.0.0 ok \x00 \x1b[2J\x85queued", "2.0.0 ok [2J\ufffdqueued"),
        ("250 Vastu võetud".encode(), "Vastu võetud"),
    ],
)
def test_words_of_a_server_can_be_stored_and_shown(octets: bytes, words: str) -> None:
    (reply,) = Reader().feed(octets + b"\r\n")
    assert reply.text == words
    assert verdict.heard(octets.decode("ascii", "surrogateescape")).isprintable()


def test_what_lies_too_long_is_not_offered_before_it_was_asked_for_again() -> None:
    ready = Ready()
    ready.add([_copy(number) for number in range(4)], asked=4, found=4, checked=10.0)
    assert ready.take(10.1) == (_copy(0), 10.0)
    later = 10.1 + FRESH_SECONDS
    assert ready.take(later) is None
    assert ready.is_stale(later)
    ready.keep({2, 3}, asked={1, 2, 3}, checked=later)
    assert ready.take(later) == (_copy(2), later)
