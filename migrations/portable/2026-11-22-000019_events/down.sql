ALTER TABLE obligations DROP COLUMN before_matter;
