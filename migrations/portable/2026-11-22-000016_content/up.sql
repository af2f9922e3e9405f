-- A document is kept once for its owner, however often he hands it in: its address is a keyed hash of owner and content.
ALTER TABLE documents ADD COLUMN address BYTEA;
CREATE UNIQUE INDEX documents_by_address ON documents (zone_id, address);
-- Whether some material still names a document, without looking at all of them.
CREATE INDEX materials_by_document ON materials (zone_id, document_id);
