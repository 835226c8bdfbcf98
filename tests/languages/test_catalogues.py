"""Every word a person reads is said in every language, and says the same."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from service.errors import Problem
from service.languages import gathering
from service.languages.catalogues import translator
from service.languages.locales import LANGUAGES

OTHERS = [language for language in LANGUAGES if language != "en"]
ROOT = Path(__file__).parent.parent.parent

_PLACE = re.compile(r"{(\w+)}")
_SAY = {"marked", "Problem", "Refused", "NotFound", "Gone", "Forbidden", "Stale", "TryLater", "TooMany"}


@pytest.fixture(scope="module")
def gathered() -> dict[object, Message]:
    """Every message that code and templates say, by context and id."""
    return {(message.context, message.id): message for message in gathering.gathered() if message.id}


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_exactly_what_is_asked_for(language: str, gathered: dict[object, Message]) -> None:
    """When this fails: `make messages`, then fill in what is empty in service/languages/catalogues/."""
    said = {(message.context, message.id) for message in gathering.current(language) if message.id}
    assert said == set(gathered)


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_unsaid(language: str) -> None:
    empty = [message.id for message in gathering.current(language) if message.id and not all(_strings(message))]
    assert not empty


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_fills_the_same_places(language: str) -> None:
    for message in gathering.current(language):
        if not message.id:
            continue
        if isinstance(message.id, tuple):
            for form in _strings(message):
                assert set(_PLACE.findall(form)) <= set(_PLACE.findall(message.id[1])), form
        else:
            assert set(_PLACE.findall(_strings(message)[0])) == set(_PLACE.findall(str(message.id))), message.id


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_breaks_an_attribute(language: str) -> None:
    """Some messages stand in HTML attributes, so that none may hold a straight double quote that its original does not."""
    for message in gathering.current(language):
        assert not any('"' in form for form in _strings(message) if message.id and '"' not in str(message.id))


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_begins_with_a_stray_mark(language: str) -> None:
    """Like a colon before the subject of a letter."""
    stray = [form for message in gathering.current(language) if message.id for form in _strings(message) if form[:1] in set(",.:;!?")]
    assert not stray


@pytest.mark.parametrize(("language", "letters"), [("et", "õäöü"), ("ru", "ыёй"), ("pl", "ąęłż"), ("cnr", "čćžš")])
def test_a_catalogue_is_in_its_own_language(language: str, letters: str) -> None:
    text = " ".join(form for message in gathering.current(language) for form in _strings(message)).lower()
    assert all(letter in text for letter in letters)


@pytest.mark.parametrize("language", OTHERS)
def test_plurals_follow_the_language(language: str) -> None:
    forms = {translator(language).ngettext("{n} seat left", "{n} seats left", n) for n in (1, 2, 5)}
    assert len(forms) == 3  # the number alone makes them differ ...
    words = {form.lstrip("0123456789 ") for form in forms}
    assert len(words) == (2 if language == "et" else 3)  # ... and so does the grammar


def test_english_says_the_ids_themselves() -> None:
    assert translator("en").say(Problem("At most {limit} characters fit here.", values={"limit": 5})) == "At most 5 characters fit here."


def test_no_sentence_is_put_together_at_run_time() -> None:
    """What is built by an f-string or by adding cannot be collected, and would be said in English."""
    found = {path.relative_to(ROOT).as_posix(): _put_together(path) for path in (ROOT / "service").rglob("*.py")}
    assert {name: sentences for name, sentences in found.items() if sentences} == {}


def _put_together(path: Path) -> list[str]:
    said = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call) and node.args)
    spoken = (node for node in said if isinstance(node.func, ast.Name) and node.func.id in _SAY)
    return [ast.unparse(node) for node in spoken if isinstance(node.args[0], ast.JoinedStr | ast.BinOp)]


def _strings(message: Message) -> tuple[str, ...]:
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return tuple(one or "" for one in said)
