"""Slots ★: the places in a skeleton where a copy's own values go.

A slot is a token of ASCII letters, digits and underscores, so that it comes through Jinja, Markdown, premailer and URLs as it went in.
Filling is one pass: a value that looks like a slot is never filled again.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import Literal
from urllib.parse import quote

Context = Literal["text", "html", "attribute", "url", "header", "calendar"]

URL_SLOT = r"KUTSE7[a-z]+(?:_[a-z]+)*_url7SLOT"
"""A pattern: a slot whose value is a whole address; its name ends with `_url`."""

_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*")
_SLOT = re.compile(r"KUTSE7([a-z]+(?:_[a-z]+)*)7SLOT")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_CONTROLS_BUT_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]+")


def slot(name: str) -> str:
    """The token that stands for `name` (small letters and single underscores; ValueError otherwise)."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name for a slot: {name!r}")
    return f"KUTSE7{name}7SLOT"


def names_in(text: str) -> frozenset[str]:
    """The names of all slots in `text`."""
    return frozenset(_SLOT.findall(text))


def silent(text: str) -> str:
    """A stranger's words without what would be taken for a slot of ours."""
    for name in names_in(text):
        text = text.replace(slot(name), "…")
    return text


def split(text: str) -> tuple[str, ...]:
    """`text` as literal, name, literal, name, …, literal: what a compiler of copies starts from."""
    return tuple(_SLOT.split(text))


def fill(text: str, values: Mapping[str, str], context: Context) -> str:
    """`text` with every slot replaced by its value, escaped for `context`; KeyError when a value is missing."""
    return _SLOT.sub(lambda match: escape(values[match[1]], context), text)


def fill_known(text: str, values: Mapping[str, str], context: Context) -> str:
    """`text` with the slots that have a value replaced; the others stay for whoever knows them."""
    return _SLOT.sub(lambda match: escape(values[match[1]], context) if match[1] in values else match[0], text)


def escape(value: str, context: Context) -> str:
    """`value` made harmless where it will stand.

    `html` holds between tags and inside quoted attributes alike; an address that stands as a whole `href` is `attribute`, and must be http(s) or
    mailto (ValueError). `url` is a part of an address, percent-encoded. `header` is one line. `calendar` is a quoted parameter or a
    URI of iCalendar (RFC 5545 §3.2): one line without double quotes.
    """
    return _ESCAPES[context](value)


def _text(value: str) -> str:
    return _CONTROLS_BUT_LINES.sub(" ", value.replace("\r\n", "\n"))


def _attribute(value: str) -> str:
    if ":" in value and not value.startswith(("https://", "http://", "mailto:")):
        raise ValueError("an attribute's address must be http, https or mailto")
    return html.escape(_one_line(value))


def _one_line(value: str) -> str:
    return _CONTROLS.sub(" ", value)


_ESCAPES: dict[Context, Callable[[str], str]] = {
    "text": _text,
    "html": lambda value: html.escape(_text(value)),
    "attribute": _attribute,
    "url": lambda value: quote(value, safe=""),
    "header": lambda value: _one_line(value).strip(),
    "calendar": lambda value: _one_line(value).replace('"', "'"),
}
