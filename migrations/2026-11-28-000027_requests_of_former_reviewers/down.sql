CREATE OR REPLACE FUNCTION refuse_withdrawal_by_another() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM reviews request JOIN users reviewer ON reviewer.id = request.reviewer_id
    WHERE request.id = NEW.withdraws
      AND (request.reviewer_id = NEW.reviewer_id OR NOT reviewer.is_active)
    FOR KEY SHARE OF reviewer;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME,
            MESSAGE = 'Only the reviewer who asked withdraws a request, unless deactivated.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_withdrawal_by_another() IS
    'Refuses to withdraw the request of another reviewer who is active.';
COMMENT ON TRIGGER request_is_withdrawn_by_its_reviewer ON reviews IS
    'A request is withdrawn by the reviewer who asked or, when that account is deactivated, by any reviewer.';
