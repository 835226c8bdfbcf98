"""Which language a reader gets ★: from their browser's wish, and from the texts there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_ALSO_READ_AS = {"sr": "cnr", "hr": "cnr", "bs": "cnr", "sh": "cnr", "me": "cnr"}


def negotiate(accept_language: str, offered: Sequence[str]) -> str:
    """The best of `offered` for an Accept-Language header (RFC 9110 §12.5.4); the first where nothing fits."""
    for wish in _by_preference(accept_language):
        primary = wish.split("-")[0]
        for candidate in (primary, _ALSO_READ_AS.get(primary, "")):
            if candidate in offered:
                return candidate
    return offered[0]


def page_language(language: str, offered: Sequence[str]) -> str:
    """In which language a link leads to a page for somebody who reads `language`, which may no longer be kept: then the first of `offered`."""
    return language if language in offered else offered[0]


def pick(texts: Mapping[str, str], language: str, order: Sequence[str] = ()) -> str:
    """The text in `language`, else in the first language of `order` that has one, else any, else empty."""
    for candidate in (language, *order, *texts):
        if texts.get(candidate):
            return texts[candidate]
    return ""


def _by_preference(header: str) -> list[str]:
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:1000].split(",")):
        tag, _, parameter = part.strip().partition(";")
        wishes.append((-_quality(parameter), place, tag.strip().lower()))
    return [tag for quality, _, tag in sorted(wishes) if tag and quality < 0]


def _quality(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
    except ValueError:
        return 0.0
