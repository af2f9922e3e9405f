DROP TABLE reform_tasks;
DROP TABLE system_accounts;
DROP TABLE delegation_changes;
DROP TABLE delegated_matters;
DROP TABLE catalogue_drafts;
DROP TABLE catalogue_retirements;
ALTER TABLE catalogue_versions DROP COLUMN published_by;
ALTER TABLE catalogue_versions DROP COLUMN edited_by;
ALTER TABLE catalogue_versions DROP COLUMN reason;
