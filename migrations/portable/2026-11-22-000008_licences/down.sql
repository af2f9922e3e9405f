DROP TABLE share_calls;
DROP INDEX certificates_by_identifier;
ALTER TABLE certificates DROP COLUMN identifier;
