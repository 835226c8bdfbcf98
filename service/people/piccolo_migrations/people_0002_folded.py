"""Organisations are found by their name as it is compared."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.persistence.migrations import from_sql

ID = "2026-11-22T00:04:00"
VERSION = "1.38.0"
DESCRIPTION = "organisations are found by their name as it is compared"

# Rows that are there already get a folded name that is near enough; the next change of each writes the exact one.
FORWARDS = """
ALTER TABLE organisation ADD COLUMN folded_name varchar(300) NOT NULL DEFAULT '';
UPDATE organisation SET folded_name = lower(name);
CREATE INDEX organisation_folded_name ON organisation (cluster_id, folded_name);
"""

BACKWARDS = "ALTER TABLE organisation DROP COLUMN folded_name;"


async def forwards() -> MigrationManager:
    return from_sql(room="people", id=ID, description=DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
