-- What is printed on a certificate besides its scope: what was granted before everything had come.
ALTER TABLE certificates ADD COLUMN remark TEXT;
CREATE INDEX certificates_by_holder ON certificates (zone_id, holder_hash, matter_code);

-- Figures a zone publishes, counted with what they count; by day and shard, so that writers share no hot row.
CREATE TABLE tallies (
    zone_id INTEGER NOT NULL,
    day DATE NOT NULL,
    name TEXT NOT NULL,
    shard INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (zone_id, day, name, shard)
);

-- What is counted once however often it happens, for instance a project.
CREATE TABLE tally_marks (
    zone_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (zone_id, name, subject)
);
