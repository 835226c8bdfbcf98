"""A coordinator at the console."""

from __future__ import annotations

from datetime import datetime

from service.clusters.tables import Cluster
from service.identity.tables import Coordinator
from tests.support import identity
from tests.support.browser import Browser


async def signed_in(browser: Browser, *, cluster: Cluster | None, now: datetime, **account: object) -> Coordinator:
    """The browser signed in as a new coordinator of `cluster`, by the sign-in page. `account`: what `identity.coordinator` takes."""
    made = await identity.coordinator(now=now, cluster=cluster, **account)  # type: ignore[arg-type]
    await browser.open("/console/sign-in")
    await browser.submit("/console/sign-in", {"address": made.address, "password": identity.PASSWORD}, follow=False)
    assert browser.page.status_code == 303, browser.text()
    return made
