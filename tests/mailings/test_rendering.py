"""Editions become letters: in each language, with an HTML and a text twin, and nothing a coordinator writes becomes code."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import html5lib
import pytest

from service.clusters.tables import Cluster, Funding
from service.events.occasion import Day, Kind, Occasion
from service.events.occasion import State as EventState
from service.languages.locales import LANGUAGES
from service.letters import slots
from service.letters.letter import Letter
from service.letters.links import Links
from service.mailings import content, rendering
from service.mailings.blocks import Block, Button, Calls, Divider, Events, Heading, Picture, Text
from service.mailings.content import Content
from service.mailings.gathering import Gathered
from service.opportunities.opportunity import Cutoff, Opportunity
from service.opportunities.opportunity import State as CallState
from service.subscriptions.tables import Topic

_NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
_SEMINAR = datetime(2027, 2, 2, 8, tzinfo=UTC)  # ten o'clock in Tallinn
_DEADLINE = datetime(2027, 3, 1, 15, tzinfo=UTC)  # four in the afternoon in Podgorica

_CLUSTER = Cluster(
    id=1,
    slug="loomeklaster",
    name="Ida-Viru Loomeklaster",
    languages=["et", "ru", "en"],
    zone="Europe/Tallinn",
    created_at=_NOW,
    sender_name="",
    sender_address="",
    contact_address="klaster@loomeklaster.example.org",
    postal_address="Keskallee 19, Kohtla-Järve",
    brand_color="#0b5c6b",
    website="",
    logo_digest=None,
)


def _event(title: str = "Strateegiaseminar", place: str = "Kreenholm", **facts: object) -> Occasion:
    hours = {"starts_at": _SEMINAR, "ends_at": _SEMINAR + timedelta(hours=3)}
    plain: dict[str, object] = {name: {} for name in ("summary", "description", "access_notes", "called_off_words")}
    plain |= dict.fromkeys(("place_address", "place_town", "online_url"), "") | dict.fromkeys(
        ("capacity", "opens_at", "closes_at", "funding_id", "image_digest", "published_at", "changed_at")
    )
    plain |= {"id": 1, "cluster_id": 1, "slug": "strateegia", "kind": Kind.SEMINAR, "state": EventState.PUBLISHED, "zone": "Europe/Tallinn"}
    plain |= {
        "title": {"et": title},
        "place_name": place,
        "days": (Day(id=1, entry_id=1, starts_at=_SEMINAR, ends_at=_SEMINAR + timedelta(hours=3)),),
        "seats_taken": 0,
        "version": 1,
        **hours,
    }
    return Occasion(**(plain | facts))  # type: ignore[arg-type]


def _call(title: str = "Loovhoog") -> Opportunity:
    return Opportunity(
        id=1,
        cluster_id=1,
        slug="loovhoog",
        state=CallState.PUBLISHED,
        title={"et": title},
        summary={},
        body={},
        amount={},
        funder="Kultuurifond",
        programme_url="",
        opens_at=None,
        cutoffs=(Cutoff(id=1, at=_DEADLINE, zone="Europe/Podgorica"),),
        version=1,
        changed_at=_NOW,
    )


def _gathered(*events: Occasion, calls: tuple[Opportunity, ...] = (), funding: Funding | None = None) -> Gathered:
    names = {"et": "Uudiskiri", "ru": "Новости", "en": "Newsletter", "pl": "Biuletyn", "cnr": "Bilten"}
    topic = Topic(id=1, cluster_id=1, slug="newsletter", kind="newsletter", name=names, list_id="newsletter.loomeklaster.example.org")
    return Gathered(_CLUSTER, topic, funding, {"": list(events), "seminar": list(events)}, list(calls), _NOW)


async def _letter(links: Links, *blocks: Block, language: str = "et", gathered: Gathered | None = None, subject: str = "Uudised") -> Letter:
    words = Content(subject, "Lühidalt", blocks)
    return await rendering.letter(words=words, language=language, gathered=gathered or _gathered(), links=links, number=12)


def _tree(letter: Letter) -> ElementTree.Element:
    """The letter as a browser's parser sees it; strict about nothing, like a browser."""
    return html5lib.parse(letter.html, namespaceHTMLElements=False)


def _links(letter: Letter) -> Iterator[str]:
    return (found.attrib.get("href", "") for found in _tree(letter).iter("a"))


@pytest.mark.parametrize(
    ("language", "day", "deadline"),
    [
        ("en", "Tuesday, 2 February 2027", "1 Mar 2027, 16:00"),
        ("et", "teisipäev, 2. veebruar 2027", "1. märts 2027, 16:00"),
        ("ru", "вторник, 2 февраля 2027 г.", "1 мар. 2027 г., 16:00"),
        ("pl", "wtorek, 2 lutego 2027", "1 mar 2027, 16:00"),
        ("cnr", "utorak, 2. februar 2027.", "1. 3. 2027., 16:00"),
    ],
)
async def test_dates_are_in_the_readers_language_and_the_zone_of_what_they_are_about(
    links: Links, language: str, day: str, deadline: str
) -> None:
    letter = await _letter(links, Events(), Calls(), language=language, gathered=_gathered(_event(), calls=(_call(),)))
    shown = " ".join("".join(_tree(letter).itertext()).split())
    for twin in (shown, " ".join(letter.text.split())):
        assert day in twin
        assert "10:00–13:00" in twin
        assert deadline in twin
        assert "Strateegiaseminar" in twin
        assert "Loovhoog" in twin
    assert f"https://kutse.example.org/loomeklaster/{language}/events/strateegia" in _links(letter)
    assert f"https://kutse.example.org/loomeklaster/{language}/calls/loovhoog" in letter.text
    assert letter.language == language
    assert f'lang="{language}"' in letter.html


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_block_has_its_text_twin(links: Links, language: str) -> None:
    letter = await _letter(
        links,
        Heading("Pealkiri"),
        Text("Tere **kõigile** [siit](https://example.org/siit)"),
        Button("Registreeru", "https://example.org/nupp"),
        Picture("ab" * 32, "Vana saal", "https://example.org/pilt"),
        Divider(),
        language=language,
    )
    for words in (
        "Pealkiri",
        "kõigile",
        "https://example.org/siit",
        "Registreeru",
        "https://example.org/nupp",
        "Vana saal",
        "https://example.org/pilt",
    ):
        assert words in letter.text
        assert words in letter.html
    image = next(found for found in _tree(letter).iter("img"))
    assert image.attrib["src"] == "https://kutse.example.org/media/" + "ab" * 32
    assert image.attrib["alt"] == "Vana saal"


async def test_at_most_as_many_events_and_calls_as_the_block_says(links: Links) -> None:
    many = _gathered(*(_event(f"Seminar {n}") for n in range(5)), calls=tuple(_call(f"Voor {n}") for n in range(5)))
    letter = await _letter(links, Events(limit=2), Calls(limit=3), gathered=many)
    assert (letter.text.count("Seminar "), letter.text.count("Voor ")) == (2, 3)


async def test_a_block_with_nothing_to_show_says_so(links: Links) -> None:
    letter = await _letter(links, Events(), language="en")
    assert "Nothing is announced at the moment." in letter.text


async def test_fields_become_slots_in_both_twins_and_the_subject(links: Links) -> None:
    letter = await _letter(links, Text("{greeting}\n\nTere, {name}!"), subject="{name}, uudised")
    assert letter.subject == f"{slots.slot('name')}, uudised"
    for twin in (letter.text, letter.html):
        assert {"name", "greeting", "unsubscribe_url", "preferences_url"} <= slots.names_in(twin)
    filled = slots.fill(letter.html, {"name": "<b>Mari", "greeting": "x", "unsubscribe_url": "u", "preferences_url": "p"}, "html")
    assert "&lt;b&gt;Mari" in filled


_ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "<javascript:alert(1)>",
    '[x](https://example.org "\\" onmouseover=\\"alert(1)")',
    "![x](https://example.org/track.gif)",
    "<style>body{display:none}</style>",
    "</td></tr></table><form action=https://example.org><input>",
    "<iframe src=https://example.org></iframe>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[ref]: javascript:alert(1)\n\n[ref]",
    "&#106;avascript:alert(1) [x](&#106;avascript:alert(1))",
    "`</code><script>alert(1)</script>`",
    "{{ brand.__class__ }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
)


@pytest.mark.parametrize("attack", _ATTACKS)
async def test_what_a_coordinator_writes_is_words_and_never_code(links: Links, attack: str) -> None:
    blocks: tuple[Block, ...] = (Text(attack), Heading(attack), Button(attack, "https://example.org"), Picture("ab" * 32, attack))
    names = _gathered(_event(title=attack, place=attack), calls=(_call(attack),))
    letter = await _letter(links, *blocks, Events(), Calls(), gathered=names, subject=attack)
    tree = _tree(letter)
    assert not {"script", "iframe", "form", "input", "object"} & {found.tag for found in tree.iter()}
    assert all(source.startswith("https://kutse.example.org/media/") for source in (found.attrib["src"] for found in tree.iter("img")))
    assert all(not name.lower().startswith("on") for found in tree.iter() for name in found.attrib)
    assert all(href.startswith(("https://", "mailto:", "KUTSE7")) for href in _links(letter))
    assert len(list(tree.iter("style"))) == 1
    assert "49" not in letter.subject


async def test_an_unknown_field_is_left_out_of_a_preview_with_its_block(links: Links) -> None:
    unfinished = Text("Tere {nmae}")
    assert not content.is_ready(unfinished)
    letter = await _letter(links, unfinished, Text("Edasi"))
    assert "Edasi" in letter.text
    assert "nmae" not in letter.text


@pytest.mark.parametrize(("language", "thanks"), [("et", "Toetab Euroopa Liit"), ("en", "Funded by the EU"), ("pl", "Toetab Euroopa Liit")])
async def test_a_funded_mailing_thanks_the_funder_in_both_twins(links: Links, language: str, thanks: str) -> None:
    texts = '{"et": "Toetab Euroopa Liit", "en": "Funded by the EU"}'
    funding = Funding(id=1, cluster_id=1, title="ER227", funder="EU", acknowledgement=texts, logo_digest="cd" * 32)
    letter = await _letter(links, Divider(), language=language, gathered=_gathered(funding=funding))
    assert thanks in letter.text
    assert thanks in letter.html
    assert "https://kutse.example.org/media/" + "cd" * 32 in letter.html


async def test_the_letter_leads_to_its_number_in_the_archive_unless_it_is_not_public(links: Links) -> None:
    public = await _letter(links, Divider())
    assert "https://kutse.example.org/loomeklaster/et/newsletters/newsletter/12" in _links(public)
    private = await rendering.letter(words=Content("A", "", (Divider(),)), language="et", gathered=_gathered(), links=links)
    assert "/newsletters/" not in private.html
