-- The matter of the same project before whose grant something is owed.
ALTER TABLE obligations ADD COLUMN before_matter TEXT;
