"""Names of strangers go into letters."""

from __future__ import annotations

import pytest

from service.errors import Refused
from service.people import names


@pytest.mark.parametrize("name", ["Mari Maasikas", "Þórunn d'Étoile-Łódź", "Анна Петрова", "Št. J. Žižek", "J.R. Info", ""])
def test_a_name_stays_as_it_is(name: str) -> None:
    assert names.normalise(name) == name


def test_spaces_are_single_and_only_inside() -> None:
    assert names.normalise("  Mari   Maasikas ") == "Mari Maasikas"


@pytest.mark.parametrize(
    "name",
    [
        "Win now https://example.org",
        "www.example.org",
        "cheap-pills.shop",
        "Mari\r\nBcc: jaan@example.org",
        "Mari\x00",
        "Mari\u202egro.elpmaxe",
        "m" * 121,
    ],
)
def test_a_name_that_would_speak_for_itself_in_a_letter_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refusal:
        names.normalise(name)
    assert refusal.value.problem.field == "name"


def test_a_required_name_must_be_there() -> None:
    with pytest.raises(Refused, match="Write the name"):
        names.normalise(" ", required=True)
