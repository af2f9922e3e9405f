DROP INDEX catalogue_versions_by_generation;
ALTER TABLE catalogue_retirements DROP COLUMN generation;
ALTER TABLE catalogue_versions DROP COLUMN generation;
