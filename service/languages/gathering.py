"""Gather the message ids from code and templates, and bring the catalogues up to date: `python -m service.languages.gathering`.

A catalogue keeps what is already said, gains what is new as an empty message, and loses what nobody says any more. Nothing is
guessed (no fuzzy matches): a test fails until a person has said it in every language.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from service.languages.catalogues import FOLDER
from service.languages.locales import LANGUAGES, locale

ROOT = Path(__file__).parent.parent.parent

_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "marked": None,
    "Problem": None,
    "Refused": None,
    "NotFound": None,
    "Gone": None,
    "Forbidden": None,
    "Stale": None,
    "TryLater": None,
    "TooMany": None,
}

_PYTHON = [("**/piccolo_migrations/**", "ignore"), ("**.py", "python")]
_TEMPLATES = [("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.md", "jinja2")]
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def gathered() -> Catalog:
    """Every message that code and templates say, without translations."""
    catalogue = _empty("en")
    for message, context in sorted(set(_found()), key=repr):
        catalogue.add(message, context=context)
    return catalogue


def updated(language: str) -> Catalog:
    """The language's catalogue with exactly the messages gathered now."""
    known, fresh = current(language), _empty(language)
    for message in gathered():
        if message.id:
            before = known.get(message.id, context=message.context)
            fresh.add(message.id, before.string if before and not before.fuzzy else None, context=message.context)
    return fresh


def current(language: str) -> Catalog:
    """The catalogue as it lies in the folder; empty when there is none."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=locale(language))


def write(language: str, catalogue: Catalog) -> None:
    """Write it in an order that does not change from run to run."""
    out = BytesIO()
    write_po(out, catalogue, no_location=True, sort_output=True, width=0)
    (FOLDER / f"{language}.po").write_bytes(out.getvalue())


def _found() -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    for folder, methods in ((ROOT / "service", _PYTHON), (ROOT / "templates", _TEMPLATES)):
        for _file, _line, message, _comments, context in extract_from_dir(folder, methods, keywords=_KEYWORDS):
            yield message, context


def _empty(language: str) -> Catalog:
    return Catalog(
        locale=locale(language),
        project="Kutse",
        header_comment=f"# Kutse in {locale(language).english_name}.",
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
        last_translator="Kutse",
        language_team=language,
        fuzzy=False,
    )


if __name__ == "__main__":
    for one in LANGUAGES:
        if one != "en":
            write(one, updated(one))
