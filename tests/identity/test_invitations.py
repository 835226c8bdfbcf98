"""Letting somebody in by letter."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

import pytest

from service.clusters.tables import Cluster
from service.errors import Gone, Refused
from service.identity import access, accounts, invitations, one_time, sign_in
from service.identity.one_time import Purpose
from service.letters.links import Links
from service.tokens import Keys
from tests.support.identity import coordinator
from tests.support.subscriptions import outbox


async def invite(cluster: Cluster, links: Links, now: datetime, *, address: str = "mari@example.org") -> bool:
    return await invitations.invite(address=address, cluster=cluster, language="et", links=links, now=now, actor_id=None)


async def test_the_invited_chooses_a_password_and_works_for_the_cluster(cluster: Cluster, links: Links, keys: Keys, now: datetime) -> None:
    assert await invite(cluster, links, now)
    (copy,) = await outbox()
    assert (copy.kind, copy.address, copy.language) == ("service", "mari@example.org", "et")
    token = urlsplit(copy.slots["welcome_url"]).path.removeprefix("/welcome/")
    one_time_id = keys.read(token, purpose="welcome", now=now)
    mari = await invitations.accept(one_time_id=one_time_id, name="Mari Mets", language="ru", password="kuus musta kassi", now=now)
    assert (mari.name, mari.language, mari.is_operator) == ("Mari Mets", "ru", False)
    assert [one.slug for one in await access.clusters_of(coordinator=mari)] == [cluster.slug]
    assert await sign_in.with_password(address="mari@example.org", password="kuus musta kassi", network="192.0.2.7", now=now)
    with pytest.raises(Gone):
        await invitations.accept(one_time_id=one_time_id, name="Eve", language="en", password="seitse halli hunti", now=now)


async def test_a_weak_password_leaves_the_invitation_open(cluster: Cluster, links: Links, now: datetime) -> None:
    await invite(cluster, links, now)
    with pytest.raises(Refused) as caught:
        await invitations.accept(one_time_id=1, name="", language="et", password="short", now=now)
    assert {problem.field for problem in caught.value.problems} == {"name", "password"}
    assert await invitations.accept(one_time_id=1, name="Mari", language="et", password="kuus musta kassi", now=now)


async def test_inviting_again_sends_another_letter_until_a_password_is_chosen(cluster: Cluster, links: Links, now: datetime) -> None:
    assert await invite(cluster, links, now)
    assert await invite(cluster, links, now, address="MARI@example.org")
    assert len(await outbox()) == 2
    assert len(await access.members_of(cluster_id=cluster.id)) == 1


async def test_who_has_a_password_joins_without_a_letter(cluster: Cluster, links: Links, now: datetime) -> None:
    kadri = await coordinator(now=now)
    assert not await invite(cluster, links, now, address=kadri.address)
    assert await outbox() == []
    assert await access.cluster_for(coordinator=kadri, slug=cluster.slug)


async def test_a_closed_account_and_a_wrong_address_are_refused_and_nothing_is_sent(cluster: Cluster, links: Links, now: datetime) -> None:
    closed = await coordinator(now=now, cluster=None)
    await accounts.disable(coordinator_id=closed.id, now=now, actor_id=None)
    for address in (closed.address, "no address"):
        with pytest.raises(Refused) as caught:
            await invite(cluster, links, now, address=address)
        assert caught.value.problem.field == "address"
    assert await outbox() == []


async def test_an_invitation_does_not_sign_in_by_the_other_door(cluster: Cluster, links: Links, now: datetime) -> None:
    await invite(cluster, links, now)
    with pytest.raises(Gone):
        await sign_in.with_link(one_time_id=1, now=now)
    with pytest.raises(Gone):
        await one_time.look(one_time_id=1, purposes=(Purpose.WELCOME,), now=now)
