-- Each version and each retirement knows the generation that brought it: a reader takes everything up to one generation and
-- nothing of the next, whatever is published meanwhile, and a replica reads only what is new.
ALTER TABLE catalogue_versions ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE catalogue_retirements ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
CREATE INDEX catalogue_versions_by_generation ON catalogue_versions (zone_id, generation);
