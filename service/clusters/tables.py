"""`cluster`, `funding`, `image`: no personal data beyond the office's own addresses; kept until the cluster is removed."""

from __future__ import annotations

from piccolo.columns import JSONB, Array, BigSerial, Boolean, Bytea, ForeignKey, Integer, Time, Timestamptz, Varchar
from piccolo.table import Table


class Cluster(Table, tablename="cluster"):
    """One tenant. `languages`: the first is the default. `zone`: an IANA name. `about`: language → Markdown.

    `sender_address` is the From of every letter, `contact_address` the Reply-To. `logo_digest` names a row of `image`. `quiet_from`, `quiet_to`: both or
    neither, on the clocks of the zone (`quiet_hours`).
    """

    id = BigSerial(primary_key=True)
    slug = Varchar(length=60)
    name = Varchar(length=120)
    languages = Array(base_column=Varchar(length=3))
    zone = Varchar(length=60)
    region = Varchar(length=120, default="")
    sender_name = Varchar(length=120)
    sender_address = Varchar(length=254)
    contact_address = Varchar(length=254)
    postal_address = Varchar(length=300)
    website = Varchar(length=300, default="")
    brand_color = Varchar(length=7, default="#0b5c6b")
    logo_digest = Varchar(length=64, null=True, default=None)
    about = JSONB(default="{}")
    quiet_from = Time(null=True, default=None)
    quiet_to = Time(null=True, default=None)
    is_sample = Boolean(default=False)
    created_at = Timestamptz(default=None)
    version = Integer(default=1)


class Funding(Table, tablename="funding"):
    """A project that pays for events and mailings and must be named on them. `acknowledgement`: language → sentence."""

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    code = Varchar(length=60, default="")
    title = Varchar(length=200)
    funder = Varchar(length=200)
    acknowledgement = JSONB(default="{}")
    logo_digest = Varchar(length=64, null=True, default=None)


class Image(Table, tablename="image"):
    """A picture as it is served: re-encoded by us, named by the SHA-256 of its bytes (hex)."""

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    digest = Varchar(length=64)
    media_type = Varchar(length=40)
    width = Integer(default=0)
    height = Integer(default=0)
    content = Bytea(default=b"")
    created_at = Timestamptz(default=None)
