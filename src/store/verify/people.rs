//! Truths about people, what they hold, how they sign in, and the audit.

use crate::store::verify::{Scope, Truth};

pub(super) const TRUTHS: &[Truth] = &[
    Truth {
        name: "an_id_names_one_row",
        sentence: "No two rows of a table have the same id.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id,
                     format('%s rows of %s have the id %s', count(*), relation, id) AS detail
                 FROM (
                     SELECT 'users' AS relation, id FROM users
                     UNION ALL SELECT 'account_events', id FROM account_events
                     UNION ALL SELECT 'posts', id FROM posts
                     UNION ALL SELECT 'reviews', id FROM reviews
                     UNION ALL SELECT 'refusals', id FROM refusals
                     UNION ALL SELECT 'incidents', id FROM incidents
                     UNION ALL SELECT 'password_links', id FROM password_links
                     UNION ALL SELECT 'tokens', id FROM tokens
                 ) AS named
                 GROUP BY relation, id HAVING count(*) > 1",
    },
    Truth {
        name: "username_is_unique",
        sentence: "Two people never share a username.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id,
                     format('users %s share a username', string_agg(id::text, ', ' ORDER BY id)) AS detail
                 FROM users GROUP BY username HAVING count(*) > 1",
    },
    Truth {
        name: "username_is_well_formed",
        sentence: "A username has 1 to 64 of a-z, 0-9 and . _ @ + -, and begins with a letter or digit.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('user %s', id) AS detail FROM users
                 WHERE (username ~ '^[a-z0-9][a-z0-9._@+-]{0,63}$') IS NOT TRUE",
    },
    Truth {
        name: "display_name_is_given",
        sentence: "Everybody has a name to show, of at most 100 characters.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('user %s', id) AS detail FROM users
                 WHERE (btrim(display_name) <> '' AND char_length(display_name) <= 100) IS NOT TRUE",
    },
    Truth {
        name: "password_is_stored_hashed",
        sentence: "A password is stored as an Argon2id hash and in no other form.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('user %s', id) AS detail FROM users
                 WHERE (password_hash LIKE '$argon2id$%') IS NOT TRUE",
    },
    Truth {
        name: "roles_are_known_and_held_once",
        sentence: "A person holds any of author, reviewer and staff, each at most once.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('user %s holds %s', id, roles) AS detail FROM users
                 WHERE (array_position(roles, NULL) IS NULL
                        AND cardinality(roles) = ('author' = ANY (roles))::int
                            + ('reviewer' = ANY (roles))::int + ('staff' = ANY (roles))::int) IS NOT TRUE",
    },
    Truth {
        name: "people_are_never_deleted",
        sentence: "History survives people leaving.",
        scope: Scope::Whole,
        broken: "SELECT DISTINCT named.post_id, format('%s names user %s, who is gone', whence, person) AS detail
                 FROM (
                     SELECT id AS post_id, 'the author' AS whence, author_id AS person FROM posts
                     UNION ALL SELECT id, 'the submission', submitted_by FROM posts
                     UNION ALL SELECT id, 'the publication', published_by FROM posts
                     UNION ALL SELECT id, 'the archival', archived_by FROM posts
                     UNION ALL SELECT post_id, 'an operation', actor_id FROM operations
                     UNION ALL SELECT post_id, 'a revision', author_id FROM revisions
                     UNION ALL SELECT post_id, 'a review', reviewer_id FROM reviews
                     UNION ALL SELECT post_id, 'a transition', actor_id FROM transitions
                     UNION ALL SELECT NULL, 'an account event', actor_id FROM account_events
                     UNION ALL SELECT NULL, 'an account event', subject_id FROM account_events
                     UNION ALL SELECT NULL, 'a session', user_id FROM sessions
                     UNION ALL SELECT NULL, 'a password link', user_id FROM password_links
                     UNION ALL SELECT NULL, 'a password link', made_by FROM password_links
                     UNION ALL SELECT NULL, 'a token', user_id FROM tokens
                     UNION ALL SELECT NULL, 'a refusal', actor_id FROM refusals
                     UNION ALL SELECT NULL, 'an incident', actor_id FROM incidents
                     UNION ALL SELECT NULL, 'an acknowledgement', acknowledged_by FROM incidents
                 ) AS named
                 WHERE person IS NOT NULL AND NOT EXISTS (SELECT FROM users WHERE users.id = person)",
    },
    Truth {
        name: "there_is_always_an_active_staff_account",
        sentence: "From the first one on, there is always an active staff account.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, 'there are accounts, and none is active staff' AS detail
                 WHERE EXISTS (SELECT FROM users)
                   AND NOT EXISTS (SELECT FROM users WHERE is_active AND 'staff' = ANY (roles))",
    },
    Truth {
        name: "staff_roster_is_kept",
        sentence: "The roster counts exactly the active accounts that hold the staff role.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id,
                     format('the roster counts %s and there are %s', counted, held) AS detail
                 FROM (SELECT coalesce(sum(active_staff), 0) AS counted FROM staff_roster) AS roster,
                      (SELECT count(*) AS held FROM users
                       WHERE is_active AND 'staff' = ANY (roles)) AS people
                 WHERE counted <> held",
    },
    Truth {
        name: "account_event_is_known",
        sentence: "An account is created, granted and revoked roles, deactivated and reactivated, given a password or a link to set one, signed out, given tokens and relieved of them: nothing else.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('account event %s', id) AS detail
                 FROM account_events
                 WHERE (event IN ('created', 'role-granted', 'role-revoked',
                                  'deactivated', 'reactivated', 'password-set',
                                  'password-link-made', 'sessions-ended', 'token-made',
                                  'token-revoked')) IS NOT TRUE",
    },
    Truth {
        name: "account_event_names_a_role_iff_about_one",
        sentence: "A grant and a revocation name the role; nothing else does.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('account event %s', id) AS detail
                 FROM account_events
                 WHERE ((role IS NOT NULL) = (event IN ('role-granted', 'role-revoked'))) IS NOT TRUE",
    },
    Truth {
        name: "session_is_stored_hashed",
        sentence: "Reading this table signs nobody in.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('a session of user %s', user_id) AS detail
                 FROM sessions WHERE (octet_length(id_hash) = 32) IS NOT TRUE",
    },
    Truth {
        name: "session_number_is_unique",
        sentence: "A number names one session.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('%s sessions have the number %s', count(*), number) AS detail
                 FROM sessions GROUP BY number HAVING count(*) > 1",
    },
    Truth {
        name: "session_names_its_device",
        sentence: "A session says on what it began, in at most 100 characters of ours and none of the browser's.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('session %s', number) AS detail FROM sessions
                 WHERE (btrim(device) <> '' AND char_length(device) <= 100) IS NOT TRUE",
    },
    Truth {
        name: "password_link_is_stored_hashed",
        sentence: "Reading this table sets nobody's password.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('password link %s', id) AS detail
                 FROM password_links WHERE (octet_length(secret_hash) = 32) IS NOT TRUE",
    },
    Truth {
        name: "password_link_is_unique",
        sentence: "A secret opens one account.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id,
                     format('password links %s share a secret', string_agg(id::text, ', ' ORDER BY id)) AS detail
                 FROM password_links GROUP BY secret_hash HAVING count(*) > 1",
    },
    Truth {
        name: "password_link_works_for_two_days",
        sentence: "A link works for at most two days.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('password link %s', id) AS detail
                 FROM password_links
                 WHERE (expires_at > created_at AND expires_at <= created_at + interval '48 hours') IS NOT TRUE",
    },
    Truth {
        name: "password_link_ends_in_one_way",
        sentence: "A link is used or replaced by a newer one, and never both.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('password link %s', id) AS detail
                 FROM password_links WHERE num_nonnulls(used_at, replaced_at) > 1",
    },
    Truth {
        name: "account_has_one_password_link",
        sentence: "An account has at most one link that was neither used nor replaced.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('user %s has %s', user_id, count(*)) AS detail
                 FROM password_links WHERE used_at IS NULL AND replaced_at IS NULL
                 GROUP BY user_id HAVING count(*) > 1",
    },
    Truth {
        name: "token_is_stored_hashed",
        sentence: "Reading this table lets no program in.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('token %s', id) AS detail
                 FROM tokens WHERE (octet_length(secret_hash) = 32) IS NOT TRUE",
    },
    Truth {
        name: "token_is_unique",
        sentence: "A secret acts for one account.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id,
                     format('tokens %s share a secret', string_agg(id::text, ', ' ORDER BY id)) AS detail
                 FROM tokens GROUP BY secret_hash HAVING count(*) > 1",
    },
    Truth {
        name: "token_name_is_given",
        sentence: "Every token says in at most 100 characters what it is for.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('token %s', id) AS detail FROM tokens
                 WHERE (btrim(name) <> '' AND char_length(name) <= 100) IS NOT TRUE",
    },
    Truth {
        name: "token_shows_its_beginning",
        sentence: "Of a token, its first characters are kept, and too few to guess the rest.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('token %s', id) AS detail FROM tokens
                 WHERE (beginning ~ '^imprimatur_[0-9A-Za-z]{4}$') IS NOT TRUE",
    },
    Truth {
        name: "token_works_for_a_year",
        sentence: "A token works for at most a year.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('token %s', id) AS detail FROM tokens
                 WHERE (expires_at > created_at
                        AND expires_at <= created_at + interval '366 days') IS NOT TRUE",
    },
    Truth {
        name: "token_permissions_are_known",
        sentence: "A token is narrowed to permissions that there are, and to one at least.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, format('token %s', id) AS detail FROM tokens
                 WHERE permissions IS NOT NULL AND (
                     array_position(permissions, NULL) IS NULL AND cardinality(permissions) > 0
                     AND permissions <@ ARRAY['posts.create_post', 'posts.revise_post',
                         'posts.submit_post', 'posts.review_post', 'posts.publish_post',
                         'posts.archive_post', 'accounts.manage_account',
                         'audit.view_audit']) IS NOT TRUE",
    },
    Truth {
        name: "throttle_kind_is_known",
        sentence: "Attempts are counted for an account, an account in a network, a browser or a network.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, 'a window since ' || window_began_at AS detail
                 FROM sign_in_throttle WHERE (kind IN ('account', 'account-and-network', 'browser', 'network')) IS NOT TRUE",
    },
    Truth {
        name: "cookie_key_is_long_enough",
        sentence: "The key has 64 bytes.",
        scope: Scope::Whole,
        broken: "SELECT NULL::bigint AS post_id, 'it has ' || octet_length(key) AS detail
                 FROM cookie_key WHERE (octet_length(key) = 64) IS NOT TRUE",
    },
    Truth {
        name: "refusal_layer_is_known",
        sentence: "People are refused by permission, attempts by policy. A broken invariant is an incident.",
        scope: Scope::Whole,
        broken: "SELECT post_id, format('refusal %s', id) AS detail FROM refusals
                 WHERE (layer IN ('permission', 'policy')) IS NOT TRUE",
    },
    Truth {
        name: "refusal_has_reasons",
        sentence: "Nobody is refused without a reason.",
        scope: Scope::Whole,
        broken: "SELECT post_id, format('refusal %s', id) AS detail FROM refusals
                 WHERE (jsonb_typeof(reasons) = 'array' AND reasons <> '[]') IS NOT TRUE",
    },
    Truth {
        name: "acknowledgement_is_whole",
        sentence: "An acknowledgement has a time, a person and a note.",
        scope: Scope::Whole,
        broken: "SELECT post_id, format('incident %s', id) AS detail FROM incidents
                 WHERE num_nonnulls(acknowledged_at, acknowledged_by, acknowledgement) NOT IN (0, 3)",
    },
];
