"""Render a letter: `templates/email/<letter>/{subject.txt,body.txt,body.html}` in one language, with slots for what is personal.

`subject.txt` reads like a commit message: the subject, an empty line, the preheader. Templates get `_`, `ngettext`, `pgettext`, `dates`, `brand`,
`slot`, `markdown` (HTML) or its plain twin, and the caller's values; a name that is not there is an error, never an empty place. A letter whose words
may be said otherwise has them in `words.md`, and its templates get them as `words` (`letters.words.Words`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

import service
from service.languages import catalogues, dates
from service.letters import inline, markdown, slots, words
from service.letters.brand import Brand
from service.letters.facts import Block
from service.letters.letter import Attachment, Letter
from service.letters.words import Written

TEMPLATES = Path(service.__file__).parent.parent / "templates" / "email"

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # word processors paste them; neither HTML nor SMTP has a place for them
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r"[ \t]+$", re.MULTILINE)


async def letter(
    *,
    template: str,
    language: str,
    brand: Brand,
    values: Mapping[str, object],
    zone: str | None = None,
    calendar: bytes | None = None,
    method: Literal["REQUEST", "CANCEL"] | None = None,
    attachments: tuple[Attachment, ...] = (),
    written: Written | None = None,
    fields: Mapping[str, str] | None = None,
) -> Letter:
    """The letter `template` in `language`. `zone`: the zone its times are told in (None: the cluster's).

    `written`: what is said instead of the standard subject and words; `fields`: values, the same for all readers, of slots that stand in them.
    """
    plain = {**_plain_words(language), **_things(language, zone, brand), "has_calendar": calendar is not None, **values}
    if written is not None:
        subject = " ".join(slots.fill_known(written.subject, fields or {}, "header").split())
        preheader = words.preheader(written.words, fields or {})
    else:
        subject, preheader = _subject(_rendered(f"{template}/subject.txt", plain))
    shown = {**plain, "subject": subject, "preheader": preheader}
    if has_words(template):
        said = written.words if written is not None else _rendered(f"{template}/words.md", plain)
        shown["words"] = words.of(said, fields or {})
    text = _rendered(f"{template}/body.txt", shown)
    html = _rendered(f"{template}/body.html", {**shown, **_html_words(language)})
    return Letter(language, subject, preheader, _tidy(text), await inline.inlined(html), calendar, method, attachments)


def has_words(template: str) -> bool:
    """Whether the letter's words stand in `words.md` and may be said otherwise."""
    return (TEMPLATES / template / "words.md").is_file()


def standard(*, template: str, language: str, brand: Brand, values: Mapping[str, object], zone: str | None = None) -> Written:
    """The standard subject and words of a letter that has `words.md`."""
    plain = {**_plain_words(language), **_things(language, zone, brand), "has_calendar": False, **values}
    subject, _ = _subject(_rendered(f"{template}/subject.txt", plain))
    return Written(subject, _tidy(_rendered(f"{template}/words.md", plain)))


def fragment(*, template: str, language: str, brand: Brand, values: Mapping[str, object], zone: str | None = None) -> Block:
    """A piece of a letter from `<template>.html` and its twin `<template>.txt`; it is inlined with the letter it will stand in."""
    plain = {**_plain_words(language), **_things(language, zone, brand), **values}
    html = _rendered(f"{template}.html", {**plain, **_html_words(language)})
    return Block(html, _tidy(_rendered(f"{template}.txt", plain)))


def _rendered(name: str, values: Mapping[str, object]) -> str:
    return _CONTROLS.sub(" ", _environment().get_template(name).render(values))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _things(language: str, zone: str | None, brand: Brand) -> dict[str, object]:
    return {"language": language, "dates": dates.Dates(language=language, zone=zone or brand.zone), "brand": brand, "slot": slots.slot}


def _plain_words(language: str) -> dict[str, object]:
    words = catalogues.translator(language)
    return {"_": words.gettext, "ngettext": words.ngettext, "pgettext": words.pgettext, "markdown": markdown.to_text}


def _html_words(language: str) -> dict[str, object]:
    words = catalogues.translator(language)

    def gettext(text: str, /, **values: Any) -> Markup:
        return escape(words.gettext(text)).format_map(values)

    def ngettext(one: str, many: str, n: int, /, **values: Any) -> Markup:
        return escape(words.plural(one, many, n)).format_map({"n": n, **values})

    def pgettext(context: str, text: str, /, **values: Any) -> Markup:
        return escape(words.pgettext(context, text)).format_map(values)

    return {"_": gettext, "ngettext": ngettext, "pgettext": pgettext, "markdown": _safe_markdown}


def _safe_markdown(text: str) -> Markup:
    return Markup(markdown.to_html(text))  # noqa: S704 (raw HTML comes out of it escaped)


def _subject(rendered: str) -> tuple[str, str]:
    subject, _, preheader = rendered.strip().partition("\n\n")
    return " ".join(subject.split()), " ".join(preheader.split())


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", _LINE_ENDS.sub("", text)).strip() + "\n"
