-- The role `serve` runs under in production: it may neither change nor remove what was recorded.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yiciban_serve') THEN
        CREATE ROLE yiciban_serve NOLOGIN;
    END IF;
EXCEPTION WHEN insufficient_privilege OR unique_violation OR duplicate_object THEN
    RAISE NOTICE 'role yiciban_serve is to be created by an administrator';
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'yiciban_serve') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO yiciban_serve;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO yiciban_serve;
        REVOKE UPDATE, DELETE, TRUNCATE ON events, feed, catalogue_versions FROM yiciban_serve;
    END IF;
END
$$;
