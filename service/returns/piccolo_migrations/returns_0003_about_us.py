"""Refusals that are about us are told to operators, and what came back of a newsletter is counted."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.persistence.migrations import from_sql

ID = "2026-11-22T00:18:00"
VERSION = "1.38.0"
DESCRIPTION = "refusals that are about us are told to operators"

FORWARDS = """
ALTER TABLE returned_report ADD COLUMN told_at timestamptz;
CREATE INDEX returned_report_ours ON returned_report (received_at) WHERE outcome = 'told';
CREATE INDEX returned_report_about ON returned_report (cluster_id, about, id);
"""

BACKWARDS = """
DROP INDEX returned_report_about;
DROP INDEX returned_report_ours;
ALTER TABLE returned_report DROP COLUMN told_at;
"""


async def forwards() -> MigrationManager:
    return from_sql(room="returns", id=ID, description=DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
