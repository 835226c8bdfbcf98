"""The road out in rows.

Personal data: `delivery.address`, `.name` and `.slots`, kept 24 months for the answer to "did I get it?"; `suppression.address`, kept as long as it
stands, because forgetting it would mail somebody who left. Erasing a person empties address, name, slots and the server's words, and letters that only they got; the
counted row stays.
"""

from __future__ import annotations

from piccolo.columns import (
    JSONB,
    Array,
    BigInt,
    BigSerial,
    Bytea,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from service.clusters.tables import Cluster
from service.people.tables import Person


class Dispatch(Table, tablename="dispatch"):
    """One sending of one thing in all its languages. `state`: running, paused, cancelled, done; `reason`: why it is paused or cancelled.

    From and Reply-To are snapshots, so that every copy and every repeat says the same. `candidates`: as counted when it was frozen. Paused by itself:
    `figures` are what it was paused for, `{"bad", "settled"}`; only copies settled after `watched_since` (the last resume) are weighed.
    """

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    kind = Varchar(length=7)
    about = Varchar(length=80)
    list_id = Varchar(length=254, null=True, default=None)
    priority = SmallInt(default=0)
    state = Varchar(length=9, default="running")
    reason = Text(default="")
    sender_name = Varchar(length=120)
    sender_address = Varchar(length=254)
    reply_to = Varchar(length=254, null=True, default=None)
    candidates = Integer(default=0)
    created_at = Timestamptz(default=None)
    done_at = Timestamptz(null=True, default=None)
    watched_since = Timestamptz(null=True, default=None)
    figures = JSONB(null=True, default=None)


class Letter(Table, tablename="letter"):
    """What a dispatch says in one language, slots standing in for personal values. `attachments`: `[{filename, media_type, content: base64}]`."""

    id = BigSerial(primary_key=True)
    dispatch_id = ForeignKey(references=Dispatch, null=False)
    language = Varchar(length=3)
    subject = Text()
    preheader = Text(default="")
    text = Text()
    html = Text()
    calendar = Bytea(null=True, default=None)
    method = Varchar(length=10, null=True, default=None)
    attachments = JSONB(default="[]")


class Delivery(Table, tablename="delivery"):
    """One copy to one address. `state`: queued, sending, sent, failed, expired, cancelled, skipped; `reply`: the server's own words.

    `lease`: the worker that holds it while sending. `letter_id` is null only for skipped ones; `person_id` for coordinators and tests.
    `settled_at`: when it reached its last state; open ones have none.
    """

    id = BigSerial(primary_key=True)
    dispatch_id = ForeignKey(references=Dispatch, null=False)
    letter_id = ForeignKey(references=Letter, null=True, default=None)
    person_id = ForeignKey(references=Person, null=True, default=None)
    address = Varchar(length=254)
    name = Varchar(length=120, default="")
    slots = JSONB(null=True, default=None)
    due_at = Timestamptz(default=None)
    expires_at = Timestamptz(null=True, default=None)
    attempts = SmallInt(default=0)
    lease = BigInt(null=True, default=None)
    state = Varchar(length=9, default="queued")
    reason = Text(default="")
    reply = Text(default="")
    claimed_at = Timestamptz(null=True, default=None)
    settled_at = Timestamptz(null=True, default=None)


class Suppression(Table, tablename="suppression"):
    """An address that a cluster must not mail. `scope`: `all`, `news` or one List-Id; `address` in small letters.

    `probed_at`: service letters of that very moment go out all the same, to find out whether the address works again.
    """

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    address = Varchar(length=254)
    scope = Varchar(length=254)
    reason = Text(default="")
    created_at = Timestamptz(default=None)
    probed_at = Timestamptz(null=True, default=None)


class Relay(Table, tablename="relay"):
    """A relay that refused us before RCPT: held until `held_until`, then probed. `reply`: its words; no row when all is well."""

    id = BigSerial(primary_key=True)
    name = Varchar(length=120)
    stage = Varchar(length=10)
    reply = Text(default="")
    refusals = Integer(default=1)
    held_since = Timestamptz(default=None)
    held_until = Timestamptz(default=None)


class Destination(Table, tablename="destination"):
    """Where mail goes: a domain, or a group of them that one provider runs. A row only where something is limited; see `allowance`.

    `taken`: copies on `day` (UTC), `best`: the most on a day before. `tokens` as filled at `filled_at`; `tail_at`: when the last copy that was put off comes.
    `rate` (copies a minute, as of `slowed_at`), `slowed_since` and `reply` only while it is slowed.
    """

    id = BigSerial(primary_key=True)
    name = Varchar(length=254)
    day = Date(default=None)
    taken = Integer(default=0)
    best = Integer(default=0)
    tokens = DoublePrecision()
    filled_at = Timestamptz(default=None)
    tail_at = Timestamptz(default=None)
    rate = DoublePrecision(null=True, default=None)
    slowed_since = Timestamptz(null=True, default=None)
    slowed_at = Timestamptz(null=True, default=None)
    reply = Text(default="")


class Setback(Table, tablename="setback"):
    """A copy of news that went wrong in a way that speaks of the whole mailing. `kind`: hard, ours, complaint. Unique: (delivery, kind)."""

    id = BigSerial(primary_key=True)
    dispatch_id = ForeignKey(references=Dispatch, null=False)
    delivery_id = ForeignKey(references=Delivery, null=False)
    destination = Varchar(length=254)
    kind = Varchar(length=9)
    at = Timestamptz(default=None)


class DispatchHold(Table, tablename="dispatch_hold"):
    """A destination at which a dispatch is held while it goes on elsewhere. `bad` of `settled`: why; `released_at`: a coordinator let it go on.

    An empty `destination`: it was done already, and nothing is held. `domains`: what `destination` stands for; `told_at`: when the coordinators were told.
    """

    id = BigSerial(primary_key=True)
    dispatch_id = ForeignKey(references=Dispatch, null=False)
    destination = Varchar(length=254)
    domains = Array(base_column=Varchar(length=254))
    reason = Text(default="")
    bad = Integer()
    settled = Integer()
    since = Timestamptz(default=None)
    released_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)


class Worker(Table, tablename="worker"):
    """A live process: its leases are good while it beats. The row goes when it stops or is taken over."""

    id = BigSerial(primary_key=True)
    host = Varchar(length=255)
    pid = Integer()
    role = Varchar(length=20)
    started_at = Timestamptz(default=None)
    beat_at = Timestamptz(default=None)


class SigningKey(Table, tablename="signing_key"):
    """A domain's DKIM key. `state`: made (to be published), active (signs), replaced (its record stays for mail under way). `sealed`: the private
    half (`sealed`), `public`: as its DNS record has it."""

    id = BigSerial(primary_key=True)
    domain = Varchar(length=254)
    selector = Varchar(length=63)
    algorithm = Varchar(length=7)
    sealed = Bytea()
    public = Bytea()
    state = Varchar(length=8, default="made")
    created_at = Timestamptz(default=None)
    active_since = Timestamptz(null=True, default=None)
    replaced_at = Timestamptz(null=True, default=None)
