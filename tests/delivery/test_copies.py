"""Copies are found by what a provider says of them."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.clusters.tables import Cluster
from service.delivery import copies, outbox
from service.people.tables import Person
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from tests.support import factories
from tests.support.delivery import letter

OWN = "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"


@pytest.mark.parametrize("known", [True, False], ids=["a person", "nobody yet"])
async def test_a_copy_is_found_by_the_provider_s_own_id_and_the_address(cluster: Cluster, now: datetime, known: bool) -> None:
    person: Person | None = await factories.person(cluster=cluster, now=now, address="typo@example.org") if known else None
    copy = outbox.Copy("typo@example.org", "et", person_id=person.id if person else None)
    async with transaction():
        await outbox.post(cluster=cluster, kind=outbox.Kind.SERVICE, letters=[letter()], copies=[copy], about="optin:1", now=now)
    async with connection() as raw:
        await raw.execute("UPDATE delivery SET state = 'sent', settled_at = $1, reply = $2", now, f"250 2.0.0 OK {OWN}")
    found = await copies.accepted_as(provider_id=OWN, address="Typo@example.org")
    assert found is not None
    assert found.about == "optin:1"
    assert await copies.accepted_as(provider_id=OWN, address="other@example.org") is None
