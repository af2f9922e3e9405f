-- Which stored files are named by a row: what no row names is swept.
CREATE INDEX documents_by_key ON documents (zone_id, object_key);
