"""What people write ★: texts by language, what is one line as one line, whole web addresses; the same for whatever room they are written in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from service.errors import Problem

Texts = dict[str, str]
"""Language → text."""


def line(text: str) -> str:
    """The text as one line, whatever line ends a form sent."""
    return " ".join(text.split())


def texts(given: Mapping[str, str], languages: Iterable[str]) -> Texts:
    """Those of `languages` in which something is written, trimmed."""
    return {language: given[language].strip() for language in languages if given.get(language, "").strip()}


def lines(given: Mapping[str, str], languages: Iterable[str]) -> Texts:
    """As `texts`, each as one line."""
    return {language: line(text) for language, text in texts(given, languages).items()}


def too_long(given: Mapping[str, str], *, field: str, longest: int) -> Iterator[Problem]:
    """A problem at `field.language` for each text above `longest` characters."""
    for language, text in given.items():
        if len(text) > longest:
            yield Problem("Write at most {longest} characters.", f"{field}.{language}", {"longest": longest})


def too_long_lines(given: object, *, longest: Mapping[str, int]) -> Iterator[Problem]:
    """A problem for each attribute of `given` that holds more characters than `longest` says."""
    for name, most in longest.items():
        if len(getattr(given, name)) > most:
            yield Problem("Write at most {longest} characters.", name, {"longest": most})


def is_web_address(text: str) -> bool:
    """Whether it is a whole link, as one copies it from a browser."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not any(char.isspace() for char in text)
