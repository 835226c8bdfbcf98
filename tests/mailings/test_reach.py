"""Who gets which edition."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from service.languages.locales import LANGUAGES
from service.mailings import reach
from service.mailings.reach import Share

_PEOPLE = {"et": 20, "ru": 30, "en": 5}


def test_each_language_with_an_edition_gets_its_own() -> None:
    found = reach.allot(people=_PEOPLE, written={"et", "ru", "en"}, fallback={})
    assert [(share.language, share.edition) for share in found.shares] == [("ru", "ru"), ("et", "et"), ("en", "en")]
    assert (found.people, found.gets_it, found.missing) == (55, 55, ())


def test_a_language_without_an_edition_is_undecided_until_somebody_chooses() -> None:
    found = reach.allot(people=_PEOPLE, written={"et"}, fallback={})
    assert [share.language for share in found.undecided] == ["ru", "en"]
    assert found.gets_it == 20


def test_the_choice_is_another_edition_or_to_be_left_out() -> None:
    found = reach.allot(people=_PEOPLE, written={"et"}, fallback={"ru": "et", "en": None})
    assert found.shares[0] == Share("ru", 30, "et", is_decided=True)
    assert found.shares[2] == Share("en", 5, None, is_decided=True)
    assert (found.gets_it, found.undecided) == (50, ())


def test_a_choice_of_an_edition_that_is_gone_is_none() -> None:
    found = reach.allot(people=_PEOPLE, written={"et", "en"}, fallback={"ru": "pl"})
    assert [share.language for share in found.undecided] == ["ru"]


_LANGUAGE = st.sampled_from(LANGUAGES)


@given(
    people=st.dictionaries(_LANGUAGE, st.integers(0, 1000)),
    written=st.sets(_LANGUAGE),
    fallback=st.dictionaries(_LANGUAGE, st.none() | _LANGUAGE),
)
def test_everybody_is_counted_once_and_gets_only_what_is_written(
    people: Mapping[str, int], written: set[str], fallback: Mapping[str, str | None]
) -> None:
    found = reach.allot(people=people, written=written, fallback=fallback)
    assert found.people == sum(people.values())
    assert all(share.edition is None or share.edition in written for share in found.shares)
    assert all(share.has_own or share in found.missing for share in found.shares)
    assert not any(share.is_decided for share in found.undecided)
