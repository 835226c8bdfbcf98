"""Copies to nobody's address are found by it: a provider reports a bounce of them by its own id and the address alone."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.persistence.migrations import from_sql

ID = "2026-11-22T00:17:00"
VERSION = "1.38.0"
DESCRIPTION = "copies to who is no person are found by their address"

FORWARDS = "CREATE INDEX delivery_stranger ON delivery (lower(address)) WHERE person_id IS NULL;"

BACKWARDS = "DROP INDEX delivery_stranger;"


async def forwards() -> MigrationManager:
    return from_sql(room="delivery", id=ID, description=DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
