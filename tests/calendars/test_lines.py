"""Folding: 75 octets, whole characters, and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.calendars import lines

LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300)


@given(st.lists(LINE.map("X:{}".format)))
def test_what_is_folded_unfolds_to_the_same(text: list[str]) -> None:
    whole = "".join(f"{line}\r\n" for line in text)
    assert lines.unfold(lines.fold(whole)) == whole


@given(st.lists(LINE.map("X:{}".format)))
def test_no_line_is_longer_than_75_octets_or_ends_inside_a_character(text: list[str]) -> None:
    for line in lines.fold("\r\n".join(text)).split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


def test_a_line_of_exactly_75_octets_stays_whole() -> None:
    assert lines.fold("x" * 75) == b"x" * 75 + b"\r\n"
    assert lines.fold("x" * 76) == b"x" * 75 + b"\r\n x\r\n"
    assert lines.fold("x" * 74 + "õ") == b"x" * 74 + b"\r\n " + "õ".encode() + b"\r\n"
