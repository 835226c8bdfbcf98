"""Words ★: the part of a letter that a coordinator may say otherwise: its subject, and Markdown with a heading and merge fields.

The standard words stand in `templates/email/<letter>/words.md`, so that both go the same way: fields are slots, the letter's own values among them
are filled in here, escaped for where they stand, and what is each reader's own stays a slot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from service.letters import markdown, slots

_PREHEADER = 140


@dataclass(frozen=True, slots=True)
class Written:
    """A subject and Markdown whose first line may be a heading (`# …`); fields as slots."""

    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Words:
    """The Markdown as a letter shows it: `heading` (plain, may be empty), `html` below it, and `text`, the plain twin of both."""

    heading: str
    html: Markup
    text: str


def of(text: str, values: Mapping[str, str]) -> Words:
    """The words of `text`; `values` by slot: what is the same for all readers."""
    heading, below = parted(text)
    html = slots.fill_known(markdown.to_html(below), values, "html")
    return Words(
        slots.fill_known(heading, values, "text"),
        Markup(html),  # noqa: S704  # Markdown lets no HTML through, and values are escaped
        slots.fill_known(markdown.to_text(text), values, "text"),
    )


def parted(text: str) -> tuple[str, str]:
    """The heading that the text begins with, or "", and what follows."""
    first, _, below = text.strip().partition("\n")
    return (first.removeprefix("# ").strip(), below.strip()) if first.startswith("# ") else ("", text.strip())


def preheader(text: str, values: Mapping[str, str]) -> str:
    """What an inbox shows behind the subject: the beginning of what is said after heading and greeting."""
    said = " ".join(slots.fill_known(markdown.to_text(parted(text)[1]), values, "text").replace(slots.slot("greeting"), " ").split())
    return said if len(said) <= _PREHEADER else said[:_PREHEADER].rsplit(" ", 1)[0] + "…"
