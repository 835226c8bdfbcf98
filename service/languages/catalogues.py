"""The catalogues: `service/languages/catalogues/<language>.po`, read once per process.

A message holds `{name}` places, filled by `str.format`. `make messages` collects the ids and brings the files up to date; a test
fails while one of them is incomplete.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from service.errors import Problem

FOLDER = Path(__file__).parent / "catalogues"


def marked(text: str) -> str:
    """Mark a message id for collection where it is only stored; it is translated when shown."""
    return text


class Translator:
    """Says messages in one language."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self._translations = translations

    def gettext(self, text: str, /, **values: object) -> str:
        """The message with its places filled."""
        return _filled(self._translations.gettext(text) if text else "", values)

    def ngettext(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The form for `n`, which also fills `{n}`."""
        return _filled(self.plural(one, many, n), {"n": n, **values})

    def plural(self, one: str, many: str, n: int) -> str:
        """The form for `n` with its places unfilled, for those who escape what goes into them."""
        return self._translations.ngettext(one, many, n)

    def pgettext(self, context: str, text: str, /, **values: object) -> str:
        """The message as it is said in `context`, where one English word has two meanings."""
        return _filled(self._translations.pgettext(context, text), values)

    def say(self, problem: Problem) -> str:
        """A problem's sentence."""
        return self.gettext(problem.text, **problem.values)


@cache
def translator(language: str) -> Translator:
    """The translator of a language; English, and what is not one of ours, says the ids as they are."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return Translator(language, NullTranslations())
    with path.open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translator(language, GNUTranslations(compiled))


def _filled(text: str, values: dict[str, object]) -> str:
    return text.format_map(values) if values else text
