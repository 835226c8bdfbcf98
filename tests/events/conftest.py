"""The office that the room's tests write from."""

from __future__ import annotations

import pytest

from service.clusters.tables import Cluster
from service.events.office import Office
from service.letters.links import Links
from tests.support import events


@pytest.fixture
def office(cluster: Cluster, links: Links) -> Office:
    """The office of the cluster."""
    return events.office(cluster, links)
