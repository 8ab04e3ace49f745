-- Who read what, so that a reviewer is shown what is new to them and two do
-- not begin the same review unawares. No decision asks it.

CREATE TABLE readings (
    post_id bigint NOT NULL,
    revision integer NOT NULL,
    reader_id bigint NOT NULL,
    first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at timestamptz NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT reading_is_noted_once PRIMARY KEY (post_id, reader_id, revision),
    CONSTRAINT reading_is_of_a_revision
        FOREIGN KEY (post_id, revision) REFERENCES revisions (post_id, number),
    CONSTRAINT reading_has_its_reader FOREIGN KEY (reader_id) REFERENCES users,
    CONSTRAINT reading_begins_before_it_ends CHECK (first_at <= last_at)
);
COMMENT ON TABLE readings IS
    'Which revision a reviewer had before them, first and last: one row for each reader and revision.';
COMMENT ON CONSTRAINT reading_is_noted_once ON readings IS
    'A person and a revision have one row, however often they meet.';
COMMENT ON CONSTRAINT reading_is_of_a_revision ON readings IS
    'What somebody read is a revision that exists.';
COMMENT ON CONSTRAINT reading_has_its_reader ON readings IS
    'Nothing is read by nobody.';
COMMENT ON CONSTRAINT reading_begins_before_it_ends ON readings IS
    'Nobody looks for the last time before they look for the first time.';

-- An author's desk is read state by state.
CREATE INDEX posts_by_author_and_state ON posts (author_id, state, id);
DROP INDEX posts_by_author;

-- From here on a migration that makes a table says here what the running
-- program may do with it.
CREATE TABLE runtime_privileges (
    relation text NOT NULL,
    privileges text NOT NULL,

    CONSTRAINT privileges_are_said_once PRIMARY KEY (relation)
);
COMMENT ON TABLE runtime_privileges IS
    'What the running program may do with each table. It may not even read this one.';
COMMENT ON CONSTRAINT privileges_are_said_once ON runtime_privileges IS
    'There is one answer to what the running program may do with a table.';

INSERT INTO runtime_privileges (relation, privileges) VALUES
    ('users',            'SELECT, INSERT, UPDATE (display_name, password_hash, roles, is_active)'),
    ('staff_roster',     'SELECT'),
    ('account_events',   'SELECT, INSERT'),
    ('sessions',         'SELECT, INSERT, UPDATE (last_used_at, ended_at)'),
    ('sign_in_throttle', 'SELECT, INSERT, UPDATE (window_began_at, attempts)'),
    ('cookie_key',       'SELECT'),
    ('posts',            'SELECT, INSERT, UPDATE (state, current_revision, submitted_at, submitted_by, submitted_revision, published_at, published_by, published_revision, slug, archived_at, archived_by, archive_reason)'),
    ('operations',       'SELECT, INSERT'),
    ('revisions',        'SELECT, INSERT'),
    ('reviews',          'SELECT, INSERT'),
    ('transitions',      'SELECT, INSERT'),
    ('refusals',         'SELECT, INSERT'),
    ('incidents',        'SELECT, INSERT, UPDATE (acknowledged_at, acknowledged_by, acknowledgement)'),
    ('readings',         'SELECT, INSERT, UPDATE (last_at)'),
    ('__diesel_schema_migrations', 'SELECT');

CREATE OR REPLACE FUNCTION grant_runtime(runtime name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    target record;
BEGIN
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', runtime);
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', runtime);
    FOR target IN SELECT relation, privileges FROM runtime_privileges LOOP
        EXECUTE format('GRANT %s ON %I TO %I', target.privileges, target.relation, runtime);
    END LOOP;
    EXECUTE format('GRANT EXECUTE ON FUNCTION purge_expired() TO %I', runtime);
END
$$;
