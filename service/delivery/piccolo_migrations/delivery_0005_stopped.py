"""Dispatches that were stopped are looked for every few seconds, among hundreds of thousands that are done."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.persistence.migrations import from_sql

ID = "2026-11-22T00:15:00"
VERSION = "1.38.0"
DESCRIPTION = "an index of dispatches that were stopped"

FORWARDS = "CREATE INDEX dispatch_stopped ON dispatch (state, id) WHERE state IN ('paused', 'cancelled');"

BACKWARDS = "DROP INDEX dispatch_stopped;"


async def forwards() -> MigrationManager:
    return from_sql(room="delivery", id=ID, description=DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
