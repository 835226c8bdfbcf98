"""Markdown: safe HTML, and a plain twin that reads like a letter."""

from __future__ import annotations

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.letters import markdown, slots


def test_headings_begin_below_the_pages_own() -> None:
    assert markdown.to_html("# A\n\n## B\n\n###### C") == "<h2>A</h2>\n<h3>B</h3>\n<h6>C</h6>\n"


def test_raw_html_is_text() -> None:
    assert markdown.to_html("<script>alert(1)</script> <b>x</b>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;x&lt;/b&gt;</p>\n"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "/console", "ftp://example.org", "JaVaScRiPt:x"]
)
def test_only_web_and_mail_addresses_are_links(address: str) -> None:
    assert "<a" not in markdown.to_html(f"[x]({address})")
    assert "href" not in markdown.to_html(f"<{address}>")


@pytest.mark.parametrize(
    "address", ["https://example.org/?a=1", "http://example.org", "mailto:a@example.org", slots.slot("preferences_url")]
)
def test_web_mail_and_the_readers_own_addresses_are_links(address: str) -> None:
    assert f'<a href="{address}">x</a>' in markdown.to_html(f"[x]({address})")


def test_a_slot_that_is_no_address_is_no_link() -> None:
    assert "<a" not in markdown.to_html(f"[x]({slots.slot('name')})")


def test_a_bare_address_is_a_link_without_the_full_stop_after_it() -> None:
    assert markdown.to_html("Vaata https://example.org/a?b=1, siis (https://example.org/x).") == (
        '<p>Vaata <a href="https://example.org/a?b=1">https://example.org/a?b=1</a>, siis (<a href="https://example.org/x">https://example.org/x</a>).</p>\n'
    )


def test_an_address_in_code_or_in_a_links_words_is_left_alone() -> None:
    assert markdown.to_html("`https://example.org`").count("<a") == 0
    assert markdown.to_html("[https://example.org](https://example.com)").count("<a") == 1


def test_a_picture_from_elsewhere_is_never_loaded() -> None:
    assert "<img" not in markdown.to_html("![x](https://example.org/pixel.gif)")


@given(st.text())
def test_whatever_is_typed_gives_only_elements_of_ours(text: str) -> None:
    page = html5lib.parseFragment(markdown.to_html(text), namespaceHTMLElements=False)
    allowed = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "br", "em", "strong", "a"}
    allowed |= {"table", "thead", "tbody", "tr", "th", "td"}
    assert {element.tag for element in page.iter() if element is not page} <= allowed


PLAIN = [
    ("# Õhtu\n\nTere **kõik**, _tulge_!", "Õhtu\n====\n\nTere kõik, tulge!"),
    ("## Alapealkiri", "Alapealkiri\n-----------"),
    ("[Kava](https://example.org/kava)", "Kava (https://example.org/kava)"),
    ("<https://example.org> <a@example.org>", "https://example.org a@example.org"),
    ("[kiri](mailto:a@example.org)", "kiri (a@example.org)"),
    ("- üks\n- kaks\n  - kaks ja pool", "- üks\n- kaks\n  - kaks ja pool"),
    ("3. kolm\n4. neli\n   edasi", "3. kolm\n4. neli\n   edasi"),
    ("- üks\n\n- kaks", "- üks\n\n- kaks"),
    ("> öeldud\n>\n> ja veel", "> öeldud\n> \n> ja veel"),
    ("    kood\n    veel", "    kood\n    veel"),
    ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n1 | 2"),
    ("üks\n\n---\n\nkaks", "üks\n\n* * *\n\nkaks"),
    ("rida\\\nrida kaks\nrida kolm", "rida\nrida kaks\nrida kolm"),
    ("5 < 6 & 7 > 3 &amp; \\*tärn\\*", "5 < 6 & 7 > 3 & *tärn*"),
    ("", ""),
]


@pytest.mark.parametrize(("source", "plain"), PLAIN)
def test_the_plain_twin_is_what_a_person_would_have_typed(source: str, plain: str) -> None:
    assert markdown.to_text(source) == plain


@given(st.text())
def test_the_plain_twin_takes_whatever_is_typed(text: str) -> None:
    markdown.to_text(text)
