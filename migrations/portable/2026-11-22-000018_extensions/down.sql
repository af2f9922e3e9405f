ALTER TABLE obligations DROP COLUMN asked_at;
ALTER TABLE obligations DROP COLUMN extended;
