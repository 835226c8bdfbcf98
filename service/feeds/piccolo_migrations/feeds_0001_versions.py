"""Versions of a cluster's feeds, raised by whatever the feeds show."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.persistence.migrations import from_sql

ID = "2026-11-22T00:14:00"
VERSION = "1.38.0"
DESCRIPTION = "versions of calendar feeds"

# The row is locked until the change is committed, so that versions are seen in the order in which they are given. A seat that is taken raises nothing:
# a crowd that registers must not wait for each other a second time. Days, topics and titles of an event are only written together with its version.
FORWARDS = """
CREATE TABLE feed_version (
    cluster_id bigint PRIMARY KEY REFERENCES cluster ON DELETE CASCADE,
    version    bigint NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL
);
INSERT INTO feed_version (cluster_id, changed_at) SELECT id, date_trunc('second', clock_timestamp()) FROM cluster;

CREATE FUNCTION feed_begun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO feed_version (cluster_id, changed_at) VALUES (NEW.id, date_trunc('second', clock_timestamp())) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION feed_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := to_jsonb(coalesce(NEW, OLD));
BEGIN
    UPDATE feed_version
    SET version = version + 1, changed_at = greatest(date_trunc('second', clock_timestamp()), changed_at + interval '1 second')
    WHERE cluster_id = (changed ->> TG_ARGV[0])::bigint;
    RETURN NULL;
END $$;

CREATE TRIGGER feed_begun AFTER INSERT ON cluster FOR EACH ROW EXECUTE FUNCTION feed_begun();
CREATE TRIGGER feed_changed AFTER UPDATE ON cluster FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION feed_changed('id');
CREATE TRIGGER feed_added AFTER INSERT OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION feed_changed('cluster_id');
CREATE TRIGGER feed_changed AFTER UPDATE ON event FOR EACH ROW
    WHEN ((OLD.version, OLD.state, OLD.slug, OLD.changed_at) IS DISTINCT FROM (NEW.version, NEW.state, NEW.slug, NEW.changed_at))
    EXECUTE FUNCTION feed_changed('cluster_id');
CREATE TRIGGER feed_changed AFTER INSERT OR DELETE OR UPDATE ON call FOR EACH ROW EXECUTE FUNCTION feed_changed('cluster_id');
CREATE TRIGGER feed_changed AFTER INSERT OR DELETE OR UPDATE ON topic FOR EACH ROW EXECUTE FUNCTION feed_changed('cluster_id');
"""

BACKWARDS = """
DROP TRIGGER feed_changed ON topic;
DROP TRIGGER feed_changed ON call;
DROP TRIGGER feed_changed ON event;
DROP TRIGGER feed_added ON event;
DROP TRIGGER feed_changed ON cluster;
DROP TRIGGER feed_begun ON cluster;
DROP FUNCTION feed_changed;
DROP FUNCTION feed_begun;
DROP TABLE feed_version;
"""


async def forwards() -> MigrationManager:
    return from_sql(room="feeds", id=ID, description=DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
