DROP TABLE cookie_key, sign_in_throttle, sessions, account_events, staff_roster, users;
DROP FUNCTION count_active_staff();
DROP FUNCTION end_sessions();
DROP FUNCTION refuse();
