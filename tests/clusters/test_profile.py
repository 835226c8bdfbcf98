"""What a cluster may be called, and what is refused before it can do harm in a link or a header."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clusters import profile as profiles
from service.errors import Refused
from tests.support.identity import profile


def refused_fields(**changes: Any) -> set[str | None]:
    with pytest.raises(Refused) as caught:
        profiles.checked(replace(profile(), **changes))
    return {problem.field for problem in caught.value.problems}


def test_a_good_profile_passes_unchanged() -> None:
    assert profiles.checked(profile()) == profile()


@pytest.mark.parametrize(
    "slug",
    [
        "console",
        "media",
        "sign-in",
        "welcome",
        "mailbox",
        "design",
        "et",
        "health",
        "",
        "a",
        "Õ",
        "a--b",
        "-a",
        "a_b",
        "a.b",
        "a/b",
        "x" * 61,
    ],
)
def test_a_slug_that_is_a_page_or_no_word_is_refused(slug: str) -> None:
    assert refused_fields(slug=slug) == {"slug"}


@pytest.mark.parametrize(
    "zone", ["", "Tallinn", "EET", "Europe/Atlantis", "../../etc/passwd", "Etc/GMT+3", "posix/Europe/Tallinn", "localtime"]
)
def test_a_zone_that_is_no_place_is_refused(zone: str) -> None:
    assert refused_fields(zone=zone) == {"zone"}


@pytest.mark.parametrize("languages", [(), ("de",), ("et", "de")])
def test_only_the_five_languages_are_taken(languages: tuple[str, ...]) -> None:
    assert refused_fields(languages=languages) == {"languages"}


@pytest.mark.parametrize("color", ["", "blue", "#12345", "#1234567", "#12345g", "url(x)", "#fff;}"])
def test_what_is_no_colour_is_refused(color: str) -> None:
    assert refused_fields(brand_color=color) == {"brand_color"}


@pytest.mark.parametrize(("typed", "stored"), [("#0B5C6B", "#0b5c6b"), ("0b5c6b", "#0b5c6b"), ("#fa0", "#ffaa00"), (" #fa0 ", "#ffaa00")])
def test_a_colour_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert profiles.checked(replace(profile(), brand_color=typed)).brand_color == stored


@pytest.mark.parametrize(
    "address", ["", "office", "office@", "@example.org", "a b@example.org", "Office <a@example.org>", "a@example.org\r\nBcc: b@example.org"]
)
@pytest.mark.parametrize("field", ["sender_address", "contact_address"])
def test_what_is_no_address_is_refused_at_its_field(field: str, address: str) -> None:
    assert refused_fields(**{field: address}) == {field}


def test_a_domain_in_its_own_script_becomes_what_every_relay_takes() -> None:
    assert profiles.checked(replace(profile(), sender_address="info@näide.ee")).sender_address == "info@xn--nide-loa.ee"


@pytest.mark.parametrize(
    "website", ["javascript:alert(1)", "ftp://example.org", "https://", "https://exa mple.org", "https://example.org:port"]
)
def test_what_is_no_web_page_is_refused(website: str) -> None:
    assert refused_fields(website=website) == {"website"}


def test_a_website_may_be_written_as_people_say_it() -> None:
    assert profiles.checked(replace(profile(), website="example.org")).website == "https://example.org"


def test_every_problem_is_told_at_once() -> None:
    assert refused_fields(slug="", name=" ", zone="", languages=(), about={"et": "x" * 20_001}) == {
        "slug",
        "name",
        "zone",
        "languages",
        "about.et",
    }


def test_what_is_too_long_for_its_column_is_refused() -> None:
    assert refused_fields(name="x" * 121, region="x" * 121, postal_address="x" * 301) == {"name", "region", "postal_address"}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_name_ends_a_header(name: str) -> None:
    try:
        good = profiles.checked(replace(profile(), sender_name=name))
    except Refused:
        return
    assert good.sender_name.isprintable()
    assert good.sender_name


def test_every_zone_that_the_form_offers_is_taken() -> None:
    assert {"Europe/Tallinn", "Europe/Warsaw", "Europe/Podgorica", "UTC"} <= set(profiles.zones())
