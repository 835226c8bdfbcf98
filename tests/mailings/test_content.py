"""What is wrong with an edition before it can be sent."""

from __future__ import annotations

import pytest

from service.errors import Refused
from service.languages.catalogues import translator
from service.letters import slots
from service.mailings import content, merge
from service.mailings.blocks import Block, Button, Calls, Divider, Events, Heading, Picture, Text
from service.mailings.content import Content

_DIGEST = "0" * 64


def _fields(*blocks: Block, subject: str = "Uudised", preheader: str = "") -> list[str | None]:
    return [problem.field for problem in content.problems(Content(subject, preheader, blocks))]


def test_a_finished_edition_has_no_problems() -> None:
    finished = (
        Heading("Tere {name}"),
        Text("{greeting}\n\nUudis."),
        Button("Loe", "https://example.org/a?b=c#d"),
        Picture(_DIGEST, "Saal"),
        Events(),
        Calls(),
        Divider(),
    )
    assert _fields(*finished, subject="Uudised, {name}") == []


def test_an_edition_without_subject_and_blocks_is_told_both() -> None:
    assert _fields(subject="") == ["subject", "blocks"]


def test_each_unfinished_block_names_its_field() -> None:
    unfinished = (Heading(), Text(), Button(), Picture(), Events(limit=0), Events(of_kind="rave"), Calls(limit=21))
    assert _fields(*unfinished) == [
        "block.1.text",
        "block.2.text",
        "block.3.label",
        "block.3.link",
        "block.4.file",
        "block.4.alt",
        "block.5.limit",
        "block.6.of_kind",
        "block.7.limit",
    ]


@pytest.mark.parametrize(
    "link",
    [
        "www.example.org",
        "http://example.org",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "https://",
        "https:///path",
        "https://user@example.org",
        "https://example.org/ space",
        "https://example.org/\nhead",
        'https://example.org/"onmouseover="x',
        "https://example.org/<script>",
        "https://example.org/{name}",
        f"https://example.org/{slots.slot('name')}",
        "https://[example.org",
        "https://example.org:port/",
        "https://example.org/" + "x" * 2000,
    ],
)
def test_a_link_that_is_not_a_whole_https_address_is_refused(link: str) -> None:
    assert _fields(Button("Loe", link)) == ["block.1.link"]
    assert _fields(Picture(_DIGEST, "Saal", link)) == ["block.1.link"]


@pytest.mark.parametrize(
    "text", ["{nmae}", "{{name}}", "{ name }", "{% if x %}", "{{ 7*7 }}", "{}", "{name!r}", slots.slot("unsubscribe_url")]
)
def test_a_field_that_does_not_exist_is_refused_wherever_it_is_written(text: str) -> None:
    places = _fields(Heading(text), Text(text), Button(text, "https://example.org"), Picture(_DIGEST, text), subject=text, preheader=text)
    assert places == ["subject", "preheader", "block.1.text", "block.2.text", "block.3.label", "block.4.alt"]


def test_the_sentence_about_an_unknown_field_names_it_and_those_there_are() -> None:
    (problem,) = content.problems(Content("Tere {nmae}", "", (Divider(),)))
    assert translator("en").say(problem) == "{nmae} is not a field. You can use {name}, {greeting}."


def test_a_brace_alone_is_a_brace() -> None:
    assert list(merge.problems("a } b { c", field="x")) == []
    assert merge.to_slots("{ {name} }") == "{ " + slots.slot("name") + " }"


def test_a_line_that_no_inbox_shows_is_refused_at_its_field() -> None:
    with pytest.raises(Refused) as refused:
        Content(subject="x" * 301).refuse_if_too_long()
    assert refused.value.problem.field == "subject"
