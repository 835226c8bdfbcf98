"""`call`, `cutoff`: no personal data; kept until the cluster is removed."""

from __future__ import annotations

from piccolo.columns import JSONB, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.table import Table

from service.clusters.tables import Cluster


class Call(Table, tablename="call"):
    """A funding call. Texts: language → text; `body` is Markdown. `opens_at` null: open from the day it is published. `version` counts the coordinators' edits, the last at `changed_at`."""

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    slug = Varchar(length=80)
    state = Varchar(length=12, default="draft")
    title = JSONB(default="{}")
    summary = JSONB(default="{}")
    body = JSONB(default="{}")
    amount = JSONB(default="{}")
    funder = Varchar(length=200)
    programme_url = Varchar(length=500, default="")
    opens_at = Timestamptz(null=True, default=None)
    published_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=None)
    changed_at = Timestamptz(default=None)
    version = Integer(default=1)


class Cutoff(Table, tablename="cutoff"):
    """A moment until which applications are taken, on the clock of the funder's `zone`. `label`: language → text, e.g. `First round`."""

    id = BigSerial(primary_key=True)
    call_id = ForeignKey(references=Call, null=False)
    at = Timestamptz(default=None)
    zone = Varchar(length=60)
    label = JSONB(default="{}")
