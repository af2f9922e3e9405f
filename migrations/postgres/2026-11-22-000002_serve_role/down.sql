DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'yiciban_serve') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM yiciban_serve;
    END IF;
END
$$;
