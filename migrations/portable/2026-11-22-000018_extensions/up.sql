-- More time for a duty: how often it was given, and since when it is asked for.
ALTER TABLE obligations ADD COLUMN extended INTEGER;
ALTER TABLE obligations ADD COLUMN asked_at TIMESTAMPTZ;
