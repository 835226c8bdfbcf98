"""`topic`, `subscription`, `optin`, `consent`. Only `optin` holds an address; the others know people by id, so that erasing a person empties them of meaning."""

from __future__ import annotations

from enum import StrEnum

from piccolo.columns import JSONB, Array, BigInt, BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from service.clusters.tables import Cluster
from service.people.tables import Person


class Kind(StrEnum):
    """What a topic is about; a cluster may have several topics of a kind."""

    NEWSLETTER = "newsletter"
    EVENTS = "events"
    FUNDING = "funding"


class State(StrEnum):
    """active ⇄ left: `joining` sets the one, `leaving` the other."""

    ACTIVE = "active"
    LEFT = "left"


class Act(StrEnum):
    """What an entry of the ledger says."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class How(StrEnum):
    """The way by which consent came or went."""

    OPT_IN = "opt-in"
    PREFERENCES = "preferences"
    PAGE = "page"
    ONE_CLICK = "one-click"
    UNDO = "undo"
    OFFICE = "office"
    SAMPLE = "sample"


class Topic(Table, tablename="topic"):
    """Something one can subscribe to. `list_id`: the List-Id of its letters (RFC 2919), never changed. `name`, `description`: language → text."""

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    slug = Varchar(length=60)
    kind = Varchar(length=20)
    name = JSONB(default="{}")
    description = JSONB(default="{}")
    list_id = Varchar(length=254)
    position = Integer(default=0)


class Subscription(Table, tablename="subscription"):
    """A person reads a topic (`active`) or has left it. Unique: (topic, person). Kept as long as the person."""

    id = BigSerial(primary_key=True)
    topic_id = ForeignKey(references=Topic, null=False)
    person_id = ForeignKey(references=Person, null=False)
    state = Varchar(length=10)
    since = Timestamptz(default=None)
    left_at = Timestamptz(null=True, default=None)


class Optin(Table, tablename="optin"):
    """Somebody asked for topics for an address, and that address has (`confirmed_at`) or has not yet said yes.

    `words` in `words_language` are what the form showed. Removed 30 days after it expired; erasing a person removes those of their address.
    """

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    address = Varchar(length=254)
    name = Varchar(length=120, default="")
    language = Varchar(length=3)
    topic_ids = Array(base_column=BigInt())
    words = Text(default="")
    words_language = Varchar(length=3)
    requested_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    confirmed_at = Timestamptz(null=True, default=None)


class Consent(Table, tablename="consent"):
    """One entry of the ledger: given or withdrawn, when, how, and the words as they were shown at `shown_at`.

    Only added to; a trigger refuses UPDATE and DELETE, except a removal that follows that of the person, topic or cluster. Kept as long as the
    person's row, which erasure empties, so that what remains is proof without a name.
    """

    id = BigSerial(primary_key=True)
    person_id = ForeignKey(references=Person, null=False)
    topic_id = ForeignKey(references=Topic, null=False)
    topic_name = Varchar(length=200)
    act = Varchar(length=10)
    how = Varchar(length=20)
    words = Text(default="")
    language = Varchar(length=3)
    shown_at = Timestamptz(default=None)
    at = Timestamptz(default=None)
