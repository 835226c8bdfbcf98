"""What an edition is put together from ★: values, their JSON, and the form they are edited in.

A draft may hold unfinished blocks (a button without its link): nothing that was typed is lost; `checks` says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from service.errors import Refused

MOST = 40
LARGEST = 200_000  # bytes of JSON: twice what Gmail shows of a whole letter


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    """A line that parts the letter."""

    text: str = ""


class Text(msgspec.Struct, frozen=True, tag="text"):
    """Markdown with merge fields."""

    text: str = ""


class Events(msgspec.Struct, frozen=True, tag="events"):
    """The next events when the mailing starts; `of_kind`: only this kind, empty: every kind."""

    limit: int = 5
    of_kind: str = ""


class Calls(msgspec.Struct, frozen=True, tag="calls"):
    """The funding calls open when the mailing starts, nearest cut-off first."""

    limit: int = 5


class Button(msgspec.Struct, frozen=True, tag="button"):
    """A link that stands out."""

    label: str = ""
    link: str = ""


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """An image of the cluster by its digest; `alt` is what is read where it is not shown."""

    digest: str = ""
    alt: str = ""
    link: str = ""


class Divider(msgspec.Struct, frozen=True, tag="divider"):
    """A thin line."""


Block = Heading | Text | Events | Calls | Button | Picture | Divider

KINDS: Mapping[str, type[Block]] = {
    "text": Text,
    "heading": Heading,
    "picture": Picture,
    "button": Button,
    "events": Events,
    "calls": Calls,
    "divider": Divider,
}

_FIELD = re.compile(r"block\.(\d{1,3})\.kind")
_ACT = re.compile(r"(up|down|remove):(\d{1,3})|add:([a-z]+):(\d{1,3})")


def kind(block: Block) -> str:
    """The word for it in JSON, in form fields and in the names of its templates."""
    return str(block.__struct_config__.tag)


def decode(text: str) -> tuple[Block, ...]:
    """Blocks from a row's JSON."""
    return msgspec.json.decode(text, type=tuple[Block, ...])


def encode(blocks: Sequence[Block]) -> str:
    """JSON for a row; raises Refused when it is more than a letter can hold."""
    text = msgspec.json.encode(blocks)
    if len(text) > LARGEST or len(blocks) > MOST:
        raise Refused("That is more than fits into one letter. Shorten it, or put the long part on a page and link to it.")
    return text.decode()


def from_form(form: Mapping[str, str]) -> tuple[Block, ...]:
    """The blocks of fields named `block.<n>.kind`, `block.<n>.<field>`, in the order of n; raises Refused for what no page of ours sends."""
    numbers = sorted(int(found[1]) for name in form if (found := _FIELD.fullmatch(name)))
    return tuple(_block(form, number) for number in numbers)


def rearranged(blocks: Sequence[Block], act: str) -> tuple[tuple[Block, ...], int | None]:
    """What a button of the editor asks for, and the number of the block to come back to.

    `up:<n>`, `down:<n>`, `remove:<n>`, `add:<kind>:<n>` (after which; 0: first); blocks are counted from 1. Anything else changes nothing.
    """
    found = _ACT.fullmatch(act)
    if found is None:
        return tuple(blocks), None
    if found[3] is not None:
        return _added(blocks, found[3], int(found[4]))
    return _moved(blocks, found[1], int(found[2]))


def digests(blocks: Iterable[Block]) -> set[str]:
    """The images that the blocks show."""
    return {block.digest for block in blocks if isinstance(block, Picture) and block.digest}


def _block(form: Mapping[str, str], number: int) -> Block:
    made = KINDS.get(form[f"block.{number}.kind"])
    if made is None:
        raise Refused("There is no such block. Load the page again.")
    given: dict[str, Any] = {
        field: form[f"block.{number}.{field}"].strip() for field in made.__struct_fields__ if f"block.{number}.{field}" in form
    }
    try:
        return msgspec.convert(given, made, strict=False)
    except msgspec.ValidationError as error:
        raise Refused("Give the number in digits.", field=f"block.{number}.limit") from error


def _added(blocks: Sequence[Block], wanted: str, at: int) -> tuple[tuple[Block, ...], int | None]:
    if wanted not in KINDS:
        return tuple(blocks), None
    at = min(at, len(blocks))
    return (*blocks[:at], KINDS[wanted](), *blocks[at:]), at + 1


def _moved(blocks: Sequence[Block], act: str, number: int) -> tuple[tuple[Block, ...], int | None]:
    if not 1 <= number <= len(blocks):
        return tuple(blocks), None
    rest = [*blocks[: number - 1], *blocks[number:]]
    if act == "remove":
        return tuple(rest), min(number, len(rest)) or None
    to = max(number - 1, 1) if act == "up" else min(number + 1, len(blocks))
    rest.insert(to - 1, blocks[number - 1])
    return tuple(rest), to
