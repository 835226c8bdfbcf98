"""`mailing`, `edition`: no personal data but what a coordinator writes; kept until the cluster is removed."""

from __future__ import annotations

from piccolo.columns import JSONB, BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from service.clusters.tables import Cluster, Funding
from service.delivery.tables import Dispatch
from service.identity.tables import Coordinator
from service.subscriptions.tables import Topic


class Mailing(Table, tablename="mailing"):
    """One newsletter to one topic. `state`: see `lifecycle`. `title` is for the office only.

    `fallback`: language → the language of the edition its readers get, or null: they are left out; a language that is absent is undecided.
    `number`: the place in the topic's archive, given when it starts. `version` changes with everything but the words, which have their own.
    """

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    topic_id = ForeignKey(references=Topic, null=False)
    funding_id = ForeignKey(references=Funding, null=True, default=None)
    dispatch_id = ForeignKey(references=Dispatch, null=True, default=None)
    title = Varchar(length=160)
    state = Varchar(length=10, default="draft")
    send_at = Timestamptz(null=True, default=None)
    fallback = JSONB(default="{}")
    is_public = Boolean(default=True)
    number = Integer(null=True, default=None)
    version = Integer(default=1)
    created_by = ForeignKey(references=Coordinator, null=True, default=None)
    scheduled_by = ForeignKey(references=Coordinator, null=True, default=None)
    created_at = Timestamptz(default=None)
    changed_at = Timestamptz(default=None)
    started_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


class Edition(Table, tablename="edition"):
    """What a mailing says in one language. Unique: (mailing, language). `blocks`: see `blocks`. Written only while the mailing is a draft."""

    id = BigSerial(primary_key=True)
    mailing_id = ForeignKey(references=Mailing, null=False)
    language = Varchar(length=3)
    subject = Text(default="")
    preheader = Text(default="")
    blocks = JSONB(default="[]")
    version = Integer(default=1)
