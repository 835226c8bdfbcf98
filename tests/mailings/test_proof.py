"""Test letters and previews."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.clusters.tables import Cluster
from service.delivery.tables import Dispatch
from service.errors import NotFound, Refused, TooMany
from service.letters.links import Links
from service.mailings import proof
from service.mailings.blocks import Text
from service.mailings.content import Content
from service.mailings.tables import Mailing
from tests.support import factories
from tests.support import mailings as support
from tests.support.subscriptions import outbox


async def _send(cluster: Cluster, mailing: Mailing, address: str, *, links: Links, now: datetime, language: str = "et") -> str:
    return await proof.send(
        cluster=cluster, mailing_id=mailing.id, language=language, address=address, name="Kadri", links=links, now=now, actor_id=None
    )


async def test_a_test_goes_down_the_one_road_out_marked_in_its_language(cluster: Cluster, links: Links, now: datetime) -> None:
    made = await support.draft(cluster, "et", now=now)
    assert await _send(cluster, made, " Kadri@Example.ORG ", links=links, now=now) == "Kadri@example.org"
    (copy,) = await outbox()
    assert (copy.kind, copy.address, copy.language, copy.name) == ("news", "Kadri@example.org", "et", "Kadri")
    assert copy.subject.endswith("] Subject in et")
    (dispatch,) = await Dispatch.objects()
    assert dispatch.priority > 0, "it waits behind no newsletter"


async def test_a_test_of_unfinished_words_shows_what_is_finished(cluster: Cluster, links: Links, now: datetime) -> None:
    made = await support.draft(cluster, now=now, editions_={"et": Content("", "", (Text("Valmis"), Text("{nmae}")))})
    letter = await proof.letter(cluster=cluster, mailing_id=made.id, language="et", links=links, now=now)
    assert "Valmis" in letter.text
    assert "nmae" not in letter.text


@pytest.mark.parametrize("address", ["", "kadri", "kadri@", "a@b.example.org, c@d.example.org", "kadri@example.org\nBcc: all@example.org"])
async def test_a_malformed_address_is_refused(cluster: Cluster, links: Links, now: datetime, address: str) -> None:
    made = await support.draft(cluster, "et", now=now)
    with pytest.raises(Refused):
        await _send(cluster, made, address, links=links, now=now)
    assert await outbox() == []


async def test_a_language_without_words_and_a_mailing_of_another_cluster_are_not_there(
    cluster: Cluster, links: Links, now: datetime
) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    made = await support.draft(cluster, "et", now=now)
    with pytest.raises(NotFound):
        await _send(cluster, made, "kadri@example.org", links=links, now=now, language="ru")
    with pytest.raises(NotFound):
        await _send(other, made, "kadri@example.org", links=links, now=now)


async def test_tests_are_capped_so_that_nobody_mails_a_list_by_hand(
    cluster: Cluster, links: Links, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "_TESTS_AN_HOUR", 2)
    made = await support.draft(cluster, "et", now=now)
    for address in ("a@example.org", "b@example.org"):
        await _send(cluster, made, address, links=links, now=now)
    with pytest.raises(TooMany):
        await _send(cluster, made, "c@example.org", links=links, now=now)


async def test_a_preview_is_what_one_reader_sees(cluster: Cluster, links: Links, now: datetime) -> None:
    made = await support.draft(cluster, "en", now=now)
    letter = await proof.letter(cluster=cluster, mailing_id=made.id, language="en", links=links, now=now)
    seen = proof.as_read_by(letter, name="Mari", home_url="https://kutse.example.org/loomeklaster/en")
    assert "Mari" in seen.text
    assert seen.slots == frozenset()
