"""One letter that may go to a held-back address, because its owner seems to have asked for it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.persistence.migrations import from_sql

ID = "2026-11-22T00:00:34"
VERSION = "1.38.0"
DESCRIPTION = "probe letters to held-back addresses"

FORWARDS = "ALTER TABLE suppression ADD COLUMN probed_at timestamptz;"

BACKWARDS = "ALTER TABLE suppression DROP COLUMN probed_at;"


async def forwards() -> MigrationManager:
    return from_sql(room="delivery", id=ID, description=DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
