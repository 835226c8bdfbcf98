"""The office's people. Kept while they work there; removing a coordinator removes their sessions, links and memberships."""

from __future__ import annotations

from piccolo.columns import BigSerial, Boolean, ForeignKey, Timestamptz, Varchar
from piccolo.table import Table

from service.clusters.tables import Cluster


class Coordinator(Table, tablename="coordinator"):
    """Somebody who signs in. Unique: lower(address). `password_hash` (argon2id) is null until they have chosen one.

    `is_operator`: runs the installation and sees all clusters. `disabled_at`: may no longer sign in.
    """

    id = BigSerial(primary_key=True)
    address = Varchar(length=254)
    name = Varchar(length=120, default="")
    password_hash = Varchar(length=200, null=True, default=None)
    language = Varchar(length=3)
    is_operator = Boolean(default=False)
    disabled_at = Timestamptz(null=True, default=None)
    last_sign_in = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=None)


class Membership(Table, tablename="membership"):
    """A coordinator belongs to a cluster in a role of `identity.roles`. Unique: (coordinator, cluster)."""

    id = BigSerial(primary_key=True)
    coordinator_id = ForeignKey(references=Coordinator, null=False)
    cluster_id = ForeignKey(references=Cluster, null=False)
    role = Varchar(length=20)
    since = Timestamptz(default=None)


class Session(Table, tablename="session"):
    """A signed-in browser. `digest`: SHA-256 (hex) of the cookie's value, which is stored nowhere. Swept after `expires_at`."""

    id = BigSerial(primary_key=True)
    digest = Varchar(length=64)
    coordinator_id = ForeignKey(references=Coordinator, null=False)
    created_at = Timestamptz(default=None)
    last_seen = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)


class OneTime(Table, tablename="one_time"):
    """A link that works once. `coordinator_id` is null only for `welcome`, which makes the first one. Swept after `expires_at`."""

    id = BigSerial(primary_key=True)
    purpose = Varchar(length=20)
    coordinator_id = ForeignKey(references=Coordinator, null=True, default=None)
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    used_at = Timestamptz(null=True, default=None)
