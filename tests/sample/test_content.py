"""What the content files say: in every language of their cluster, about nobody, and few letters when it is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from service.languages.locales import LANGUAGES
from service.sample import reading
from service.sample.reading import Entry

_CLUSTERS = reading.clusters()
_EACH = pytest.mark.parametrize("entry", _CLUSTERS, ids=[entry["cluster"]["slug"] for entry in _CLUSTERS])

_FIELDS = {"design", "film", "music", "games", "craft", "theatre", "media", "architecture"}
_HOSTS = re.compile(r"(?:https?://|@)([\w.-]+)")
_NOBODYS = re.compile(r"([\w-]+\.)*example\.(org|net|com)\.?")


def test_there_are_five_clusters_and_names_for_every_language_they_speak() -> None:
    assert {entry["cluster"]["slug"] for entry in _CLUSTERS} == {
        "loomeklaster",
        "tartu-loomeklaster",
        "pooling4clusters",
        "south-baltic",
        "kotor",
    }
    assert {language for entry in _CLUSTERS for language in entry["cluster"]["languages"]} == set(LANGUAGES) == set(reading.names())


def test_the_clusters_are_told_apart_by_their_colours() -> None:
    assert len({entry["cluster"]["brand_color"] for entry in _CLUSTERS}) == len(_CLUSTERS)


@_EACH
def test_every_text_is_there_in_every_language_of_its_cluster(entry: Entry) -> None:
    languages = set(entry["cluster"]["languages"])
    written = list(_texts(entry))
    assert len(written) > 30
    for text in written:
        assert set(text) == languages, text
        assert all(said.strip() for said in text.values()), text


@_EACH
def test_events_and_calls_say_what_they_are_about(entry: Entry) -> None:
    assert 5 <= len(entry["events"]) <= 7
    assert 2 <= len(entry["calls"]) <= 3
    assert all(event.keys() >= {"title", "summary", "description"} for event in entry["events"])
    assert all(call.keys() >= {"title", "summary", "amount", "body"} for call in entry["calls"])


def test_every_kind_of_event_is_among_them() -> None:
    kinds = {event["kind"] for entry in _CLUSTERS for event in entry["events"]}
    assert kinds == {"seminar", "training", "workshop", "info_day", "network_meeting", "conference", "study_trip"}


@_EACH
def test_organisations_have_a_code_of_no_register_a_town_and_known_fields(entry: Entry) -> None:
    organisations = entry["organisations"]
    assert len(organisations) >= 8
    assert all(re.fullmatch(r"9000\d{4}", one["registry_code"]) and one["town"] for one in organisations)
    assert all(set(one["fields"]) <= _FIELDS for one in organisations)


def test_no_two_organisations_share_a_code() -> None:
    codes = [one["registry_code"] for entry in _CLUSTERS for one in entry["organisations"]]
    assert len(set(codes)) == len(codes)


@_EACH
def test_every_address_and_link_leads_to_a_domain_of_nobody(entry: Entry) -> None:
    hosts = _HOSTS.findall(str(entry))
    assert len(hosts) > 3
    assert [host for host in hosts if not _NOBODYS.fullmatch(host)] == []


def test_loading_sends_few_letters() -> None:
    assert sum(event.get("registered", 0) for entry in _CLUSTERS for event in entry["events"]) <= 40


def _texts(value: Any) -> Iterator[Mapping[str, str]]:
    """Every map from languages to texts, however deep."""
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        if value and value.keys() <= set(LANGUAGES):
            yield value
        else:
            for one in value.values():
                yield from _texts(one)
