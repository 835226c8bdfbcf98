"""Calendars' answers are applied: whose they are, and what waits for a coordinator."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.persistence.migrations import from_sql

ID = "2026-11-22T00:13:00"
VERSION = "1.38.0"
DESCRIPTION = "calendars' answers are applied to registrations"

FORWARDS = """
ALTER TABLE returned_answer
    ADD COLUMN registration_id bigint REFERENCES registration ON DELETE SET NULL,
    DROP CONSTRAINT returned_answer_state_check,
    ADD CONSTRAINT returned_answer_state_check CHECK (state IN ('forwarded', 'kept', 'waiting', 'taken', 'open', 'handled'));
CREATE INDEX returned_answer_registration ON returned_answer (registration_id);
CREATE INDEX returned_answer_waiting ON returned_answer (id) WHERE state = 'waiting';
CREATE INDEX returned_answer_open ON returned_answer (cluster_id) WHERE state = 'open';
"""

BACKWARDS = """
DROP INDEX returned_answer_open;
DROP INDEX returned_answer_waiting;
UPDATE returned_answer SET state = 'waiting' WHERE state IN ('open', 'handled');
ALTER TABLE returned_answer
    DROP COLUMN registration_id,
    DROP CONSTRAINT returned_answer_state_check,
    ADD CONSTRAINT returned_answer_state_check CHECK (state IN ('forwarded', 'kept', 'waiting', 'taken'));
"""


async def forwards() -> MigrationManager:
    return from_sql(room="returns", id=ID, description=DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
