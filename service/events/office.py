"""Office ★: in whose name an event writes, and where the links and answers of its letters lead."""

from __future__ import annotations

from dataclasses import dataclass

from service.clusters.tables import Cluster
from service.letters.links import Links


@dataclass(frozen=True, slots=True)
class Office:
    """The cluster of an event, the links of this site, and the domain of its UIDs and reply addresses (`settings.mail_domain`)."""

    cluster: Cluster
    links: Links
    mail_domain: str
