"""Markdown ★ as coordinators write it: no raw HTML, no images, links only to http(s) and mailto, headings below the page's own.

An address that stands in the text by itself is a link too; coordinators paste them.

`to_html` is for pages and letters alike; `to_text` is its plain twin, with the address of every link spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from service.letters import plain, slots

_BARE = re.compile(r"https?://[^\s<>\"“”]*[^\s<>\"“”.,;:!?')\]}’]")
_SAFE = re.compile(rf"(?:https?://|mailto:)\S+|{slots.URL_SLOT}", re.IGNORECASE)


def to_html(text: str) -> str:
    """Safe HTML. A first-level heading becomes `<h2>`: the page or letter has its own `<h1>`."""
    return str(_parser().render(text))


def to_text(text: str) -> str:
    """Plain text: `words (https://…)` for a link, `- ` before an item, headings underlined, no markup left."""
    return plain.text(_parser().parse(text))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "xhtmlOut": False}).enable("table").disable("image")
    parser.validateLink = lambda url: _SAFE.fullmatch(url) is not None  # type: ignore[method-assign]
    parser.core.ruler.push("lower_headings", _lower_headings)
    parser.core.ruler.push("link_bare_addresses", _link_bare_addresses)
    return parser


def _lower_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


def _link_bare_addresses(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_with_links(block.children))


def _with_links(tokens: Sequence[Token]) -> Iterator[Token]:
    inside = 0
    for token in tokens:
        inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not inside:
            yield from _pieces(token.content)
        else:
            yield token


def _pieces(text: str) -> Iterator[Token]:
    end = 0
    for found in _BARE.finditer(text):
        yield Token("text", "", 0, content=text[end : found.start()])
        yield Token("link_open", "a", 1, attrs={"href": found[0]})
        yield Token("text", "", 0, content=found[0])
        yield Token("link_close", "a", -1)
        end = found.end()
    yield Token("text", "", 0, content=text[end:])
