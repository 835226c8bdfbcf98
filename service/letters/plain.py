"""The plain-text twin ★ of parsed Markdown: what a person would have typed into a letter without formatting."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode


def text(tokens: Sequence[Token]) -> str:
    """Blocks parted by an empty line, without one at the end."""
    return _blocks(SyntaxTreeNode(tokens))


def _blocks(node: SyntaxTreeNode, between: str = "\n\n") -> str:
    return between.join(filter(None, (_block(child) for child in node.children)))


def _block(node: SyntaxTreeNode) -> str:
    return _BLOCKS.get(node.type, _blocks)(node)


def _heading(node: SyntaxTreeNode) -> str:
    words = _words(node.children[0])
    return f"{words}\n{('=' if node.tag == 'h2' else '-') * max(map(len, words.splitlines()), default=0)}"


def _list(node: SyntaxTreeNode) -> str:
    loose = any(not child.hidden for item in node.children for child in item.children if child.type == "paragraph")
    start = int(node.attrs.get("start", 1))
    marks = (f"{number}. " if node.type == "ordered_list" else "- " for number in range(start, start + len(node.children)))
    items = (_item(mark, child) for mark, child in zip(marks, node.children, strict=True))
    return ("\n\n" if loose else "\n").join(items)


def _item(mark: str, node: SyntaxTreeNode) -> str:
    content = textwrap.indent(_blocks(node, "\n"), " " * len(mark))
    return mark + content[len(mark) :]


def _table(node: SyntaxTreeNode) -> str:
    rows = (row for part in node.children for row in part.children)
    return "\n".join(" | ".join(_words(cell.children[0]) if cell.children else "" for cell in row.children) for row in rows)


def _words(node: SyntaxTreeNode) -> str:
    return "".join(_inline(child) for child in node.children)


def _inline(node: SyntaxTreeNode) -> str:
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    if node.type == "link":
        return _link(_words(node), str(node.attrs["href"]))
    return _words(node) if node.children else node.content


def _link(words: str, address: str) -> str:
    bare = address.removeprefix("mailto:")
    return bare if words in (address, bare, "") else f"{words} ({bare})"


_BLOCKS: dict[str, Callable[[SyntaxTreeNode], str]] = {
    "inline": _words,
    "heading": _heading,
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": lambda node: textwrap.indent(_blocks(node), "> ", lambda _: True),
    "fence": lambda node: textwrap.indent(node.content.rstrip("\n"), "    "),
    "code_block": lambda node: textwrap.indent(node.content.rstrip("\n"), "    "),
    "hr": lambda _: "* * *",
    "table": _table,
}
