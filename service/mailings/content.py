"""What one edition says ★: subject, preheader and blocks, and what is still wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.errors import Problem, Refused
from service.events.occasion import Kind
from service.letters import slots
from service.mailings import blocks, merge

LONGEST_LINE = 300
MOST_ITEMS = 20
_LONGEST_LINK = 2000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r'https://[^\s\x00-\x20\x7f"<>{}\\^`|]+')


@dataclass(frozen=True, slots=True)
class Content:
    """The words of one edition."""

    subject: str = ""
    preheader: str = ""
    blocks: tuple[blocks.Block, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written: a blank edition is none."""
        return not (self.subject or self.preheader or self.blocks)

    def refuse_if_too_long(self) -> None:
        """Raises Refused for lines that no inbox shows; everything else a draft may hold."""
        for field, line in (("subject", self.subject), ("preheader", self.preheader)):
            if len(line) > LONGEST_LINE:
                raise Refused("At most {limit} characters fit here.", field=field, limit=LONGEST_LINE)


def problems(content: Content) -> list[Problem]:
    """What must be put right before it is sent; each names its form field."""
    return [*_in_envelope(content), *_in_blocks(content)]


def mistakes(content: Content) -> list[Problem]:
    """The problems of what was typed, without those of what is still empty: what an editor shows while one is writing."""
    return [problem for problem in problems(content) if _typed(content, problem.field or "")]


def is_ready(block: blocks.Block) -> bool:
    """Whether the block can be shown as it is: a preview leaves the others out."""
    return not any(_in_block(block, ""))


def _typed(content: Content, field: str) -> bool:
    if not field.startswith("block."):
        return bool(getattr(content, field))
    _, number, name = field.split(".")
    return getattr(content.blocks[int(number) - 1], name, "") != ""


def _in_envelope(content: Content) -> Iterator[Problem]:
    if not content.subject:
        yield Problem("Write a subject: it is what people see in their inbox.", "subject")
    yield from merge.problems(content.subject, field="subject")
    yield from merge.problems(content.preheader, field="preheader")


def _in_blocks(content: Content) -> Iterator[Problem]:
    if not content.blocks:
        yield Problem("There is nothing to read yet: add a block.", "blocks")
    for number, block in enumerate(content.blocks, start=1):
        yield from _in_block(block, f"block.{number}.")


def _in_block(block: blocks.Block, prefix: str) -> Iterator[Problem]:
    check = _CHECKS.get(blocks.kind(block))
    return check(block, prefix) if check else iter(())


def _written(block: blocks.Text | blocks.Heading, prefix: str) -> Iterator[Problem]:
    if not block.text:
        yield Problem("This block is empty: write something, or remove it.", f"{prefix}text")
    yield from merge.problems(block.text, field=f"{prefix}text")


def _button(block: blocks.Button, prefix: str) -> Iterator[Problem]:
    if not block.label:
        yield Problem("Write what the button says.", f"{prefix}label")
    yield from merge.problems(block.label, field=f"{prefix}label")
    yield from _link(block.link, f"{prefix}link")


def _picture(block: blocks.Picture, prefix: str) -> Iterator[Problem]:
    if not _DIGEST.fullmatch(block.digest):
        yield Problem("Choose an image file.", f"{prefix}file")
    if not block.alt:
        yield Problem("Describe the image in a few words, for people who do not see it.", f"{prefix}alt")
    yield from merge.problems(block.alt, field=f"{prefix}alt")
    if block.link:
        yield from _link(block.link, f"{prefix}link")


def _listing(block: blocks.Events | blocks.Calls, prefix: str) -> Iterator[Problem]:
    if not 1 <= block.limit <= MOST_ITEMS:
        yield Problem("Choose a number from 1 to {most}.", f"{prefix}limit", {"most": MOST_ITEMS})
    if isinstance(block, blocks.Events) and block.of_kind and block.of_kind not in set(Kind):
        yield Problem("Choose one of the kinds of events.", f"{prefix}of_kind")


def _link(link: str, field: str) -> Iterator[Problem]:
    if not link:
        yield Problem("Give the address it leads to.", field)
    elif not _is_whole_address(link):
        yield Problem("Write the whole address, beginning with https:// (copy it from your browser).", field)


def _is_whole_address(link: str) -> bool:
    if len(link) > _LONGEST_LINK or not _ADDRESS.fullmatch(link) or slots.names_in(link):
        return False
    try:
        parts = urlsplit(link)
        return bool(parts.hostname) and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


_CHECKS: dict[str, Callable[..., Iterator[Problem]]] = {
    "text": _written,
    "heading": _written,
    "button": _button,
    "picture": _picture,
    "events": _listing,
    "calls": _listing,
}
