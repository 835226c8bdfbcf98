"""What a refusal means: the table, and the words that correct lying codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.classification import Verdict, classify, softened


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        *((code, "hard") for code in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")),
        *((code, "second") for code in ("5.2.1", "5.7.13")),
        *(
            (code, "soft")
            for code in ("4.2.2", "5.2.2", "5.2.3", "4.3.1", "5.3.4", "4.4.1", "5.4.7", "4.1.1", "4.7.1", "5.4.4", "5.0.0", "5.9.9", "")
        ),
        *((code, "ours") for code in ("5.1.7", "5.1.8", "5.5.2", "5.6.0", "5.7.1", "5.7.26", "5.7.509")),
    ],
)
def test_a_code_alone_is_read_by_the_table(status: str, verdict: str) -> None:
    assert classify(status=status, words="") == verdict


@pytest.mark.parametrize(
    ("status", "words", "verdict"),
    [
        ("5.1.1", "552 5.1.1 <mari@example.net>: mailbox full", "soft"),
        ("5.1.1", "550 5.1.1 User's mailbox is over quota", "soft"),
        ("4.1.1", "450 4.1.1 <mari@example.net>: Recipient address rejected: User unknown in local recipient table", "hard"),
        ("4.1.1", "450 4.1.1 <mari@example.net>: Recipient address rejected: unverified address: Address verification in progress", "soft"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. [AM0PR01]", "hard"),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "hard"),
        ("", "550 No such user here", "hard"),
        ("", "550 Requested action not taken: mailbox unavailable", "soft"),
        ("5.0.0", "550 unknown user mari", "hard"),
        ("5.7.1", "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using Spamhaus", "ours"),
        ("5.1.1", "550 5.1.1 message rejected as spam by policy", "ours"),
        ("4.7.0", "421 4.7.0 [TSS04] Messages temporarily deferred due to user complaints", "soft"),
        ("5.7.26", "550 5.7.26 This mail has been blocked because the sender is unauthenticated (SPF, DKIM)", "ours"),
        ("4.7.1", "451 4.7.1 Greylisting in action, please come back later", "soft"),
        ("5.4.4", "Host or domain name not found. Name service error for name=nowhere.example type=MX: Host not found", "hard"),
        ("5.1.2", "Domain does not exist", "hard"),
        ("5.2.0", "550 5.2.0 This account has been disabled", "second"),
        ("5.3.0", "550 5.3.0 unknown user", "hard"),
        ("5.7.1", "550 5.7.1 unknown recipient mari", "hard"),
        ("5.7.13", "550 5.7.13 user account is disabled", "second"),
    ],
)
def test_words_correct_a_lying_code(status: str, words: str, verdict: str) -> None:
    assert classify(status=status, words=words) == verdict


@pytest.mark.parametrize(
    ("final", "verdict"),
    [
        ("", "hard"),
        ("mari@example.net", "hard"),
        ("MARI.MAASIKAS@EXAMPLE.NET", "hard"),
        ("mari@elsewhere.example.com", "soft"),
    ],
)
def test_a_hard_code_for_another_domain_counts_as_soft(final: str, verdict: str) -> None:
    assert softened(Verdict.HARD, address="mari@example.net", final=final) == verdict


def test_one_domain_in_two_spellings_is_one() -> None:
    assert softened(Verdict.HARD, address="a@xn--nidis-gra.example.net", final="a@näidis.example.net") is Verdict.HARD


def test_what_is_about_us_stays_about_us_for_another_domain() -> None:
    assert softened(Verdict.OURS, address="a@example.net", final="b@example.com") is Verdict.OURS


@given(st.from_regex(r"[245]\.\d{1,3}\.\d{1,3}|", fullmatch=True), st.text(max_size=2000))
def test_every_refusal_means_something(status: str, words: str) -> None:
    assert classify(status=status, words=words) in Verdict


@given(st.from_regex(r"4\.\d{1,3}\.\d{1,3}", fullmatch=True))
def test_a_temporary_code_alone_never_does_more_than_count(status: str) -> None:
    assert classify(status=status, words="") is Verdict.SOFT
