DROP INDEX cases_by_target;
ALTER TABLE obligations DROP COLUMN before_matter;
