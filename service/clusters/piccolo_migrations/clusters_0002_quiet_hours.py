"""Quiet hours of a cluster: no news between them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.persistence.migrations import from_sql

ID = "2026-11-22T00:02:03"
VERSION = "1.38.0"
DESCRIPTION = "quiet hours of a cluster"

FORWARDS = """
ALTER TABLE cluster
    ADD COLUMN quiet_from time,
    ADD COLUMN quiet_to time,
    ADD CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND quiet_from <> quiet_to);
"""

BACKWARDS = "ALTER TABLE cluster DROP COLUMN quiet_from, DROP COLUMN quiet_to;"


async def forwards() -> MigrationManager:
    return from_sql(room="clusters", id=ID, description=DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
