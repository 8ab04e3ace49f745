DROP TABLE cookie_key, sign_in_throttle, tokens, password_links, sessions, account_events,
    staff_roster, users CASCADE;
DROP FUNCTION refuse_unrecorded_account(), seal_account_event(),
    account_event_seal(moment, bigint, bigint, text, text, text, uuid, text),
    count_active_staff(), end_sessions(), refuse(), opening(text),
    has_visible_text(text), visible_character();
DROP DOMAIN moment, interface;
