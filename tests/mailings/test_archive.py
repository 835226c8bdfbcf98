"""The archive: numbered per topic, readable by everybody, with nobody's values in it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.clusters.tables import Cluster
from service.errors import NotFound
from service.letters import slots
from service.letters.links import Links
from service.mailings import archive, control
from service.mailings.blocks import Text
from service.mailings.content import Content
from tests.support import factories
from tests.support import mailings as support

_HOME = "https://kutse.example.org/loomeklaster/et"


async def test_numbers_run_per_topic_in_the_order_of_sending(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    await support.readers(cluster, now=now, slug="funding", ru=1)
    funding = (await support.topic(cluster, "funding")).id
    await support.started(cluster, "et", links=links, now=now)
    await support.started(cluster, "ru", links=links, now=now + timedelta(days=1), topic_id=funding)
    await support.started(cluster, "et", links=links, now=now + timedelta(days=2))
    listed = await archive.listed(cluster_id=cluster.id, language="ru", order=["et"])
    assert [(one.topic, one.number, one.language) for one in listed] == [
        ("newsletter", 2, "et"),
        ("funding", 1, "ru"),
        ("newsletter", 1, "et"),
    ]


async def test_an_issue_shows_nobodys_name_and_nobodys_links(cluster: Cluster, links: Links, now: datetime) -> None:
    await support.readers(cluster, now=now, et=1)
    words = Content("{name}, uudised", "", (Text("{greeting} Tere."),))
    await support.started(cluster, links=links, now=now, editions_={"et": words})
    issue = await archive.issue(cluster_id=cluster.id, topic="newsletter", number=1, language="ru", home_url=_HOME)
    assert (issue.language, issue.languages) == ("et", ("et",))
    assert slots.names_in(issue.html) == frozenset()
    assert f'href="{_HOME}"' in issue.html


async def test_a_stopped_or_private_newsletter_is_not_listed_and_a_private_one_not_shown(
    cluster: Cluster, links: Links, now: datetime
) -> None:
    await support.readers(cluster, now=now, et=1)
    stopped = await support.started(cluster, "et", links=links, now=now)
    await control.cancel(cluster_id=cluster.id, mailing_id=stopped.id, now=now, actor_id=None)
    await support.started(cluster, "et", links=links, now=now, is_public=False)
    assert await archive.listed(cluster_id=cluster.id, language="et", order=["et"]) == []
    with pytest.raises(NotFound):
        await archive.issue(cluster_id=cluster.id, topic="newsletter", number=2, language="et", home_url=_HOME)


async def test_the_archive_of_another_cluster_is_its_own(cluster: Cluster, links: Links, now: datetime) -> None:
    other = await factories.cluster(now=now, slug="kotor", name="Kotor")
    await support.readers(cluster, now=now, et=1)
    await support.started(cluster, "et", links=links, now=now)
    assert await archive.listed(cluster_id=other.id, language="et", order=["et"]) == []
    with pytest.raises(NotFound):
        await archive.issue(cluster_id=other.id, topic="newsletter", number=1, language="et", home_url=_HOME)
