DROP INDEX documents_by_key;
