-- PostgreSQL prepares the checks of a table anew for each statement that writes to it, and
-- writes out functions in SQL within them: the list of all characters that cannot be seen,
-- for each change of a post's state. A function in PL/pgSQL is prepared once in a session,
-- and is not called where there is no value.

CREATE OR REPLACE FUNCTION has_visible_text(value text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $$
BEGIN
    RETURN value COLLATE "C" ~ visible_character();
END
$$;

CREATE OR REPLACE FUNCTION recorded_actions() RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
BEGIN
    RETURN ARRAY[
        'create', 'revise', 'submit', 'request-changes', 'withdraw-request', 'publish', 'archive',
        'create-account', 'create-first-account', 'rename-account', 'grant-role', 'revoke-role',
        'deactivate-account', 'reactivate-account', 'set-password', 'reset-password', 'end-sessions',
        'revoke-token',
        'change-own-password', 'set-password-by-link', 'end-own-session', 'end-own-other-sessions',
        'make-own-token', 'revoke-own-token',
        'acknowledge-incident'];
END
$$;
