-- Whether an author is changing a post that reviewers are reading. No decision uses it.

CREATE TABLE unsaved_edits (
    post_id bigint NOT NULL,
    revision integer NOT NULL,
    last_at moment NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT unsaved_edit_is_noted_once PRIMARY KEY (post_id, revision),
    CONSTRAINT unsaved_edit_is_of_a_revision
        FOREIGN KEY (post_id, revision) REFERENCES revisions (post_id, number)
);
COMMENT ON TABLE unsaved_edits IS
    'When the author of a post in review last changed the text of a revision without saving: one row for each revision.';
COMMENT ON CONSTRAINT unsaved_edit_is_noted_once ON unsaved_edits IS
    'A revision has one row.';
COMMENT ON CONSTRAINT unsaved_edit_is_of_a_revision ON unsaved_edits IS
    'An unsaved edit begins from a revision that exists.';

INSERT INTO runtime_privileges (object, privileges) VALUES
    ('TABLE unsaved_edits', 'SELECT, INSERT (post_id, revision), UPDATE (last_at)');
