"""One way of writing for each address, and a sentence for each that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Refused
from service.people import addresses


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("mari@example.org", "mari@example.org"),
        ("  mari@example.org \n", "mari@example.org"),
        ("mari@example.org.", "mari@example.org"),
        ("Mari.Maasikas+news@Example.ORG", "Mari.Maasikas+news@example.org"),
        ("mari@Öökull.example.org", "mari@xn--kull-4qaa.example.org"),
        ("mari@XN--KULL-4QAA.example.org", "mari@xn--kull-4qaa.example.org"),
        ("mari@o\u0308o\u0308kull.example.org", "mari@xn--kull-4qaa.example.org"),
    ],
)
def test_an_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert addresses.normalise(typed) == stored


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Write the e-mail address."),
        ("   ", "Write the e-mail address."),
        ("mari", "has the form name@example.org"),
        ("@example.org", "has the form name@example.org"),
        ("mari@", "typing mistake"),
        ("mari@example", "typing mistake"),
        ("mari@localhost", "typing mistake"),
        ("mari@[192.0.2.1]", "typing mistake"),
        ("mari@exa mple.org", "typing mistake"),
        ("mari@@example.org", "typing mistake"),
        ("mari..m@example.org", "typing mistake"),
        ("Mari <mari@example.org>", "typing mistake"),
        ("mari@example.org, jaan@example.org", "typing mistake"),
        ("mari@example.org\r\nBcc: jaan@example.org", "typing mistake"),
        ("mari@-example.org", "typing mistake"),
        ("õnne@example.org", "letters a–z"),
        ("\u202emari@example.org", "letters a–z"),
        ("m" * 65 + "@example.org", "too long"),
        ("mari@" + "e" * 60 + ("." + "e" * 60) * 4 + ".org", "too long"),
        ("m" * 100_000 + "@example.org", "too long"),
    ],
)
def test_what_is_no_address_is_refused_with_what_to_do(typed: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence) as refusal:
        addresses.normalise(typed)
    assert refusal.value.problem.field == "address"


@given(st.text())
def test_whatever_is_typed_is_refused_or_becomes_an_ascii_address_that_stays_as_it_is(typed: str) -> None:
    try:
        stored = addresses.normalise(f"{typed}@example.org")
    except Refused:
        return
    assert stored.isascii()
    assert addresses.normalise(stored) == stored


def test_a_page_shows_the_domain_in_its_own_script() -> None:
    assert addresses.shown("mari@xn--kull-4qaa.example.org") == "mari@öökull.example.org"
    assert addresses.shown("mari@example.org") == "mari@example.org"
