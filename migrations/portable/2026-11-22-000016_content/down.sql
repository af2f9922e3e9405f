DROP INDEX materials_by_document;
DROP INDEX documents_by_address;
ALTER TABLE documents DROP COLUMN address;
