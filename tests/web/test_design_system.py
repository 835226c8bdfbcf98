"""The design system: every part is on the living page, its words can be read on every brand, and pages hold to its rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes

from service.languages.locales import LANGUAGES
from service.web.assets import FOLDER
from service.web.pages import TEMPLATES, environment
from tests.support.browser import Browser, parsed
from tests.web.colours import colour, contrast, tokens

WEB = TEMPLATES / "web"
TOKENS = tokens((FOLDER / "tokens.css").read_text())
STYLES = "".join(path.read_text() for path in sorted(FOLDER.glob("*.css")))

BRANDS = [
    "#0b5c6b",
    "#000000",
    "#ffffff",
    "#ffd400",
    "#ff0000",
    "#00ff00",
    "#0000ff",
    "#7a1fa2",
    "#e91e63",
    "#808080",
    "#f5e9da",
    "#112240",
]

GROUNDS = ("--paper", "--surface", "--sunken")
PAIRS = [
    *((words, ground) for words in ("--ink", "--ink-soft", "--brand-ink") for ground in (*GROUNDS, "--brand-soft")),
    ("--on-brand", "--brand-fill"),
    ("--on-brand", "--brand-press"),
    ("--on-danger", "--danger"),
    ("--ink", "--accent-soft"),
    *((f"--{tone}", ground) for tone in ("info", "success", "warning", "danger") for ground in (*GROUNDS, f"--{tone}-soft")),
    *(("--ink", f"--{tone}-soft") for tone in ("info", "success", "warning", "danger")),
]
OUTLINES = [("--line-strong", ground) for ground in GROUNDS] + [("--brand-fill", "--surface"), ("--brand-ink", "--paper")]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_living_page_speaks_every_language(browser: Browser, language: str) -> None:
    page = await browser.open("/design", language=language)
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text


def test_every_component_is_shown_on_the_living_page() -> None:
    shown = {call.node.name for call in _parsed(WEB / "design.html").find_all(nodes.Call) if isinstance(call.node, nodes.Name)}
    offered = {macro.name for file in (WEB / "components").glob("*.html") for macro in _parsed(file).find_all(nodes.Macro)}
    assert {name for name in offered if not name.startswith("_")} - shown == set()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("brand", BRANDS)
def test_words_can_be_read_whatever_the_brand_colour(brand: str, dark: bool) -> None:
    assert _below(PAIRS, brand, dark=dark, least=4.5) == {}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("brand", BRANDS)
def test_outlines_of_fields_and_the_focus_ring_can_be_seen(brand: str, dark: bool) -> None:
    assert _below(OUTLINES, brand, dark=dark, least=3) == {}


def test_every_token_is_used_and_every_used_token_exists() -> None:
    local = {"--tone", "--tone-soft"}
    used = set(re.findall(r"var\((--[\w-]+)", STYLES))
    assert used - set(TOKENS) == local
    assert set(TOKENS) - used == set()


def test_rules_take_their_colours_from_tokens() -> None:
    rules = "".join(path.read_text() for path in FOLDER.glob("*.css") if path.name != "tokens.css")
    assert set(re.findall(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(", rules)) <= {"#ffffff"}


def test_every_styled_class_stands_in_a_template() -> None:
    words = "".join(path.read_text() for path in WEB.rglob("*.html")) + "".join(path.read_text() for path in FOLDER.glob("*.js"))
    styled = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"/\*.*?\*/|\{[^{}]*\}", "", STYLES, flags=re.DOTALL)))
    assert {name for name in styled if not _stands(name, words)} == set()


def test_no_page_holds_a_style_or_a_script_of_its_own() -> None:
    own = re.compile(r"<style|\sstyle=|<script(?![^>]*\s(?:src=|type=.application/ld\+json))|\son[a-z]+=\"|javascript:")
    assert [path.name for path in WEB.rglob("*.html") if own.search(path.read_text())] == []


async def test_fields_of_the_living_page_are_labelled_and_described(browser: Browser) -> None:
    elements = list(_elements((await browser.open("/design")).text))
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    assert [name for name, times in ids.items() if times > 1] == []
    pointed = {element.get("for") for element in elements} | {
        one for element in elements for one in (element.get("aria-describedby") or "").split()
    }
    assert pointed - {None} - set(ids) == set()
    fields = {
        element.get("id") for element in elements if _tag(element) in ("input", "select", "textarea") and element.get("type") != "hidden"
    }
    labelled = {element.get("for") for element in elements if _tag(element) == "label"}
    wrapped = {inner.get("id") for element in elements if _tag(element) == "label" for inner in element.iter() if _tag(inner) == "input"}
    assert fields - labelled - wrapped == set()


async def test_what_is_wrong_is_told_at_the_top_and_at_its_field(browser: Browser) -> None:
    elements = list(_elements((await browser.open("/design")).text))
    wrong = next(element for element in elements if element.get("id") == "field-address")
    assert wrong.get("aria-invalid") == "true"
    assert "error-address" in wrong.get("aria-describedby").split()
    assert any(element.get("href") == "#field-address" for element in elements)


def _below(pairs: list[tuple[str, str]], brand: str, *, dark: bool, least: float) -> dict[tuple[str, str], float]:
    known = {**TOKENS, "--brand": brand}
    ratios = {
        (front, back): contrast(colour(known[front], known=known, dark=dark), colour(known[back], known=known, dark=dark))
        for front, back in pairs
    }
    return {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < least}


def _stands(name: str, words: str) -> bool:
    """Whether a template writes the class, or its beginning with the rest put in (`badge-{{ kind }}`)."""
    composed = name.rpartition("-")[0] + "-"
    return re.search(rf"\b{name}\b", words) is not None or (composed != "-" and re.search(rf'{composed}(?:\{{\{{|" ~)', words) is not None)


def _parsed(path: Path) -> nodes.Template:
    return environment().parse(path.read_text())


def _elements(html: str) -> Iterator[Any]:
    return (element for element in parsed(html).iter() if isinstance(element.tag, str))


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
