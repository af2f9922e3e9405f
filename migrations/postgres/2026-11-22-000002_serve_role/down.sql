DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'yiciban_serve') THEN
        ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM yiciban_serve;
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM yiciban_serve;
    END IF;
END
$$;
