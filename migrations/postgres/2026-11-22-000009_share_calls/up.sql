-- What was asked of others, and for what, stays as it was recorded.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'yiciban_serve') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON share_calls FROM yiciban_serve;
    END IF;
END
$$;
