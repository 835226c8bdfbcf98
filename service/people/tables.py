"""The directory. Erasure empties `person.name` and replaces `person.address`; rows that count (attendance) keep their id."""

from __future__ import annotations

from piccolo.columns import Array, BigSerial, Boolean, Date, ForeignKey, Timestamptz, Varchar
from piccolo.table import Table

from service.clusters.tables import Cluster


class Person(Table, tablename="person"):
    """Somebody known to a cluster by an address. Unique: (cluster, lower(address)). `language`: the one letters are in.

    Kept while there is a subscription, a registration or a membership; then 24 months.
    """

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    address = Varchar(length=254)
    name = Varchar(length=120, default="")
    language = Varchar(length=3)
    created_at = Timestamptz(default=None)
    erased_at = Timestamptz(null=True, default=None)


class Organisation(Table, tablename="organisation"):
    """A company, NGO, school or municipality. `fields`: e.g. `design`, `film`. `registry_code`: as in the national register. `folded_name`: `organisations.fold`."""

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    name = Varchar(length=200)
    folded_name = Varchar(length=300, default="")
    registry_code = Varchar(length=40, default="")
    town = Varchar(length=120, default="")
    fields = Array(base_column=Varchar(length=40))
    website = Varchar(length=300, default="")
    is_member = Boolean(default=False)
    created_at = Timestamptz(default=None)


class Affiliation(Table, tablename="affiliation"):
    """A person's role in an organisation, from `since` until `until` (null: still)."""

    id = BigSerial(primary_key=True)
    person_id = ForeignKey(references=Person, null=False)
    organisation_id = ForeignKey(references=Organisation, null=False)
    role = Varchar(length=120, default="")
    since = Date(null=True, default=None)
    until = Date(null=True, default=None)
