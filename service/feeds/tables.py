"""`feed_version`: no personal data; goes with its cluster."""

from __future__ import annotations

from piccolo.columns import BigInt, ForeignKey, Timestamptz
from piccolo.table import Table

from service.clusters.tables import Cluster


class FeedVersion(Table, tablename="feed_version"):
    """How often anything that a cluster's feeds show has changed. Written by triggers, in the transaction of the change and one after the other.

    `changed_at`: whole seconds, and later with each version, so that it tells as much as the number.
    """

    cluster_id = ForeignKey(references=Cluster, null=False, primary_key=True)
    version = BigInt(default=1)
    changed_at = Timestamptz(default=None)
