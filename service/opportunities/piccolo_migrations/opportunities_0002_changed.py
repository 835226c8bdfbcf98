"""When a call was last changed: what its cut-offs are stamped with in calendars."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.persistence.migrations import from_sql

ID = "2026-11-22T00:12:00"
VERSION = "1.38.0"
DESCRIPTION = "when a funding call was last changed"

FORWARDS = """
ALTER TABLE call ADD COLUMN changed_at timestamptz;
UPDATE call SET changed_at = coalesce(published_at, created_at);
ALTER TABLE call ALTER COLUMN changed_at SET NOT NULL;
"""

BACKWARDS = "ALTER TABLE call DROP COLUMN changed_at;"


async def forwards() -> MigrationManager:
    return from_sql(room="opportunities", id=ID, description=DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
