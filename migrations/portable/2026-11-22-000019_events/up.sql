-- The matter of the same project before whose grant something is owed.
ALTER TABLE obligations ADD COLUMN before_matter TEXT;
-- What is asked for about a certificate.
CREATE INDEX cases_by_target ON cases (zone_id, target_ref);
