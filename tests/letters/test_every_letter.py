"""Every letter, in every language: what a mail client and a person find in it."""

from __future__ import annotations

import re
import warnings
from xml.etree.ElementTree import Element

import html5lib
import pytest

from service.letters import render, slots
from tests.support import letters

every = pytest.mark.parametrize(("template", "language"), letters.EVERY_LETTER_IN_EVERY_LANGUAGE)
each = pytest.mark.parametrize("template", letters.SAMPLES)
"""Each letter in one language, for what no translation changes. Russian is the longest."""
LANGUAGE = "ru"


def parsed(html: str) -> Element:
    """The page, or the parser's first complaint."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    assert isinstance(root, Element)
    return root


async def filled(template: str, language: str) -> str:
    letter = await letters.sample(template, language)
    return slots.fill(letter.html, letters.slots_of(template, language), "html")


@every
async def test_is_html_that_a_strict_parser_takes(template: str, language: str) -> None:
    html = await filled(template, language)
    assert html.startswith("<!DOCTYPE html>")
    assert parsed(html).get("lang") == language


@every
async def test_has_its_subject_as_title_and_a_hidden_preheader_first(template: str, language: str) -> None:
    letter = await letters.sample(template, language)
    page = parsed(letter.html)
    first = page.find("body/div")
    assert letter.subject
    assert page.findtext("head/title") == letter.subject
    assert first is not None
    assert "display:none" in first.get("style", "")
    assert letter.preheader
    assert (first.text or "").startswith(letter.preheader)


@each
async def test_every_table_is_for_looks_and_every_picture_says_what_it_is(template: str) -> None:
    letter = await letters.sample(
        template, LANGUAGE, logo_url=f"{letters.SITE}/media/1", acknowledgement_logo_urls=(f"{letters.SITE}/media/2",)
    )
    page = parsed(letter.html)
    assert {table.get("role") for table in page.iter("table")} == {"presentation"}
    assert [picture.get("alt") for picture in page.iter("img")] == ["Ida-Viru Loomeklaster", ""]


@each
async def test_keeps_what_only_a_style_sheet_can_say(template: str) -> None:
    letter = await letters.sample(template, LANGUAGE)
    head = letter.html.partition("</head>")[0]
    assert "@media (prefers-color-scheme: dark)" in head
    assert "@media (max-width: 480px)" in head
    assert '<meta name="color-scheme" content="light dark">' in head
    assert "color:#17201f" in letter.html.partition("</head>")[2]


@every
async def test_its_links_lead_to_the_readers_own_pages(template: str, language: str) -> None:
    letter = await letters.sample(template, language)
    values = letters.slots_of(template, language)
    hrefs = {link.get("href") for link in parsed(slots.fill(letter.html, values, "html")).iter("a")}
    text = slots.fill(letter.text, values, "text")
    for name in letter.slots:
        if name.endswith("_url"):
            assert values[name] in hrefs
            assert values[name] in text


@every
async def test_its_text_twin_is_plain_and_says_as_much(template: str, language: str) -> None:
    letter = await letters.sample(template, language)
    text = slots.fill(letter.text, letters.slots_of(template, language), "text")
    assert not re.search(r"&\w+;|</?(?!mari)\w+|\*\*|\]\(|\{|KUTSE7", text)
    assert "\n\n\n" not in text
    assert letter.slots == slots.names_in(letter.subject + letter.html) | slots.names_in(letter.text)
    assert slots.names_in(letter.html) == slots.names_in(letter.text)


@every
async def test_says_who_writes_and_why(template: str, language: str) -> None:
    letter = await letters.sample(template, language)
    for part in (letter.html, letter.text):
        assert "Keskallee 19, 30395 Kohtla-Järve" in part
        assert "klaster@loomeklaster.example.org" in part
        assert "Project ER227, co-funded by the European Union" in part


def test_every_letter_there_is_has_its_sample() -> None:
    folders = {path.parent.name for path in render.TEMPLATES.glob("*/subject.txt")}
    assert folders == set(letters.SAMPLES)


async def test_only_news_can_be_left() -> None:
    assert {"unsubscribe_url", "preferences_url"} <= (await letters.sample("newsletter", "et")).slots
    assert "unsubscribe_url" not in (await letters.sample("registration_confirmed", "et")).slots


@each
async def test_stays_far_below_the_size_that_gmail_cuts_off(template: str) -> None:
    letter = await letters.sample(template, LANGUAGE)
    assert len(letter.html.encode()) < 30_000
    letter.refuse_if_clipped()
