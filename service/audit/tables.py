"""`audit_entry`: kept 24 months; names nobody but the coordinator's id, so erasing a person leaves it as it is."""

from __future__ import annotations

from piccolo.columns import JSONB, BigInt, BigSerial, Timestamptz, Varchar
from piccolo.table import Table


class AuditEntry(Table, tablename="audit_entry"):
    """One act of a coordinator, the command line (`actor_id` null) or the service itself."""

    id = BigSerial(primary_key=True)
    at = Timestamptz(default=None)
    cluster_id = BigInt(null=True, default=None)
    actor_id = BigInt(null=True, default=None)
    action = Varchar(length=80)
    subject_kind = Varchar(length=40)
    subject_id = BigInt(null=True, default=None)
    details = JSONB(default="{}")
