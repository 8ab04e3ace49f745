CREATE OR REPLACE FUNCTION recorded_actions() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[
    'create', 'revise', 'submit', 'request-changes', 'withdraw-request', 'publish', 'archive',
    'create-account', 'create-first-account', 'rename-account', 'grant-role', 'revoke-role',
    'deactivate-account', 'reactivate-account', 'set-password', 'reset-password', 'end-sessions',
    'revoke-token',
    'change-own-password', 'set-password-by-link', 'end-own-session', 'end-own-other-sessions',
    'make-own-token', 'revoke-own-token',
    'acknowledge-incident'];

CREATE OR REPLACE FUNCTION has_visible_text(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN value COLLATE "C" ~ visible_character();
