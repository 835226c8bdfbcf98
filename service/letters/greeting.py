"""How a letter begins ★; the value of the slot `greeting`, which delivery fills for each copy."""

from __future__ import annotations

from service.languages import catalogues


def of(*, name: str, language: str) -> str:
    """`Hello Mari Maasikas,` or, without a name, `Hello,`."""
    words = catalogues.translator(language)
    return words.gettext("Hello {name},", name=name) if name.strip() else words.gettext("Hello,")
