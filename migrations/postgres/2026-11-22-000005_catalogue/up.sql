-- What was retired or changed stays as it was recorded.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'yiciban_serve') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON catalogue_retirements, delegation_changes FROM yiciban_serve;
    END IF;
END
$$;
