"""Markdown ★ as coordinators write it: no raw HTML, no images, links only to http(s) and mailto, headings below the page's own.

`to_html` is for pages and letters alike; `to_text` is its plain twin, with the address of every link spelled out.
"""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from service.letters import plain, slots

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
    return parser


def _lower_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
