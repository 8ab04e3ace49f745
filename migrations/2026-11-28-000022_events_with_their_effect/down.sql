DROP TRIGGER access_event_is_borne_out ON account_events;
DROP FUNCTION refuse_event_without_effect();
