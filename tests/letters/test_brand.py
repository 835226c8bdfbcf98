"""Colours that can be read, and whose letter it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clusters.tables import Cluster
from service.letters import brand, colours, greeting
from service.letters.links import Links

COLOUR = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
CLUSTER = {
    "slug": "kotor",
    "name": "Klaster Kotor",
    "zone": "Europe/Podgorica",
    "contact_address": "a@example.org",
    "postal_address": "Stari grad",
}
WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def _cluster(**values: Any) -> Cluster:
    row = {"languages": ["cnr"], "sender_name": "x", "sender_address": "a@example.org", "created_at": WHEN}
    return Cluster(**{**row, **CLUSTER, **values})


@pytest.mark.parametrize(("one", "other", "ratio"), [("#ffffff", "#000000", 21), ("#777777", "#777777", 1), ("#767676", "#ffffff", 4.54)])
def test_contrast_is_counted_as_wcag_does(one: str, other: str, ratio: float) -> None:
    assert colours.contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert colours.contrast(other, one) == colours.contrast(one, other)


@given(COLOUR)
def test_text_on_any_brand_colour_can_be_read(colour: str) -> None:
    assert colours.contrast(colours.text_on(colour), colour) >= 4.5


@given(COLOUR)
def test_any_brand_colour_becomes_text_that_can_be_read(colour: str) -> None:
    assert colours.contrast(colours.readable(colour, on=colours.WHITE), colours.WHITE) >= 4.5
    assert colours.contrast(colours.readable(colour, on=colours.NIGHT, ratio=6.5), colours.NIGHT) >= 6.5


def test_a_colour_that_reads_already_stays_what_it_is() -> None:
    assert colours.readable("#0b5c6b", on=colours.WHITE) == "#0b5c6b"


def test_a_brand_says_what_the_cluster_says(links: Links) -> None:
    look = brand.of(cluster=_cluster(brand_color="#7a1f3d", logo_digest="abc"), links=links, language="cnr")
    assert (look.name, look.zone, look.colour) == ("Klaster Kotor", "Europe/Podgorica", "#7a1f3d")
    assert look.home_url == "https://kutse.example.org/kotor/cnr"
    assert look.logo_url == "https://kutse.example.org/media/abc"


def test_what_is_no_colour_never_reaches_a_style_sheet(links: Links) -> None:
    look = brand.of(cluster=_cluster(brand_color="red;}a{"), links=links, language="cnr")
    assert look.colour == brand.DEFAULT_COLOUR


def test_funders_are_acknowledged_a_line_each(links: Links) -> None:
    look = brand.of(cluster=_cluster(), links=links, language="en", acknowledgement=" One.\n\nTwo. ", acknowledgement_logos=["d1"])
    assert look.acknowledgement == ("One.", "Two.")
    assert look.acknowledgement_logo_urls == ("https://kutse.example.org/media/d1",)


def test_a_person_without_a_name_is_greeted_too() -> None:
    assert greeting.of(name="Mari", language="en") == "Hello Mari,"
    assert greeting.of(name="  ", language="en") == "Hello,"
