"""Blocks: their JSON, their form, and the editor's buttons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Refused
from service.mailings import blocks
from service.mailings.blocks import Button, Calls, Divider, Events, Heading, Picture, Text

_ALL = (
    Heading("Uudised"),
    Text("Tere, {name}!"),
    Events(limit=3, of_kind="seminar"),
    Calls(limit=2),
    Button("Loe", "https://example.org"),
    Picture("ab" * 32, "Saal", "https://example.org"),
    Divider(),
)


def _form(*parts: blocks.Block) -> dict[str, str]:
    form = {}
    for number, block in enumerate(parts):
        form[f"block.{number}.kind"] = blocks.kind(block)
        form |= {f"block.{number}.{field}": str(getattr(block, field)) for field in block.__struct_fields__}
    return form


def test_blocks_come_back_from_the_row_as_they_went_in() -> None:
    assert blocks.decode(blocks.encode(_ALL)) == _ALL


def test_blocks_come_back_from_the_form_as_they_went_in() -> None:
    assert blocks.from_form(_form(*_ALL)) == _ALL


def test_blocks_of_a_form_stand_in_the_order_of_their_numbers_not_of_their_fields() -> None:
    form = {"block.10.kind": "text", "block.10.text": "last", "block.2.kind": "text", "block.2.text": "first"}
    assert blocks.from_form(form) == (Text("first"), Text("last"))


def test_a_field_that_the_block_does_not_have_is_left_aside() -> None:
    assert blocks.from_form({"block.0.kind": "heading", "block.0.text": "A", "block.0.onclick": "alert(1)"}) == (Heading("A"),)


@pytest.mark.parametrize("form", [{"block.0.kind": "script"}, {"block.0.kind": "events", "block.0.limit": "many"}])
def test_a_block_that_no_page_of_ours_sends_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(Refused):
        blocks.from_form(form)


def test_more_than_a_letter_can_hold_is_refused() -> None:
    with pytest.raises(Refused):
        blocks.encode([Divider()] * (blocks.MOST + 1))
    with pytest.raises(Refused):
        blocks.encode([Text("x" * blocks.LARGEST)])


@pytest.mark.parametrize(
    ("act", "expected", "at"),
    [
        ("up:2", "bac", 1),
        ("up:1", "abc", 1),
        ("down:2", "acb", 3),
        ("down:3", "abc", 3),
        ("remove:1", "bc", 1),
        ("remove:3", "ab", 2),
        ("add:heading:0", " abc", 1),
        ("add:heading:1", "a bc", 2),
        ("add:heading:99", "abc ", 4),
        ("remove:7", "abc", None),
        ("remove:0", "abc", None),
        ("add:script:0", "abc", None),
        ("save", "abc", None),
    ],
)
def test_the_buttons_of_the_editor_move_add_and_remove(act: str, expected: str, at: int | None) -> None:
    after, focus = blocks.rearranged([Heading("a"), Heading("b"), Heading("c")], act)
    assert "".join(getattr(block, "text", "?") or " " for block in after) == expected
    assert focus == at


@given(st.lists(st.sampled_from(_ALL), max_size=6), st.text(max_size=12) | st.from_regex(r"(up|down|remove):\d{1,2}", fullmatch=True))
def test_no_button_loses_or_doubles_a_block_but_remove(parts: list[blocks.Block], act: str) -> None:
    after, _ = blocks.rearranged(parts, act)
    rest = list(parts)
    for block in after:
        rest.remove(block)
    assert len(rest) == (1 if act.startswith("remove:") and 1 <= int(act.split(":")[1]) <= len(parts) else 0)
