"""Organisations are found by what people type."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.clusters.tables import Cluster
from service.errors import NotFound, Refused
from service.people import organisations
from tests.support import factories


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("OÜ Narva Disainimaja", "narva  disainimaja"),
        ("Narva Disainimaja OÜ", "„Narva Disainimaja”"),
        ("Studio Żuraw sp. z o.o.", "STUDIO ŻURAW Sp. z o. o."),
        ("Kotor Film d.o.o.", "Kotor film"),
        ("ООО «Форма»", "форма"),
        ("Cafe\u0301 Kuup", "Café Kuup"),
        ("R&D Studio, Ltd.", "r d studio"),
    ],
)
def test_the_ways_of_writing_one_name_are_one(typed: str, same: str) -> None:
    assert organisations.fold(typed) == organisations.fold(same) != ""


def test_a_name_of_nothing_but_a_legal_form_is_a_name() -> None:
    assert organisations.fold("AS") == "as"
    assert organisations.fold("–") == ""


@pytest.mark.parametrize(
    ("typed", "code"),
    [("12345678", "12345678"), ("Disainimaja (1234 5678)", "12345678"), ("Studio 54", ""), ("KRS 0000123456", "0000123456")],
)
def test_a_registry_code_is_found_in_what_was_typed(typed: str, code: str) -> None:
    assert organisations.code_in(typed) == code


async def test_an_organisation_is_matched_by_name_or_code_in_its_own_cluster_only(cluster: Cluster, now: datetime) -> None:
    there = await organisations.add(cluster_id=cluster.id, name="Narva Disainimaja OÜ", registry_code="12 345 678", now=now)
    for typed in ("narva disainimaja", "12345678", "Something else (12345678)"):
        found = await organisations.match(cluster_id=cluster.id, typed=typed)
        assert found is not None
        assert (found.id, found.registry_code) == (there.id, "12345678")
    other = await factories.cluster(now=now, slug="kotor", languages=["cnr"])
    assert await organisations.match(cluster_id=other.id, typed="12345678") is None
    assert await organisations.match(cluster_id=cluster.id, typed="–") is None
    with pytest.raises(NotFound):
        await organisations.by_id(cluster_id=other.id, organisation_id=there.id)


async def test_one_name_of_two_is_nobodys_but_both_are_proposed(cluster: Cluster, now: datetime) -> None:
    for code in ("11111111", "22222222"):
        await organisations.add(cluster_id=cluster.id, name="Forum Studio", registry_code=code, now=now)
    assert await organisations.match(cluster_id=cluster.id, typed="Forum Studio") is None
    assert len(await organisations.similar(cluster_id=cluster.id, typed="Studio Forum Narva")) == 2
    with pytest.raises(Refused):
        await organisations.add(cluster_id=cluster.id, name="Third", registry_code="11111111", now=now)
