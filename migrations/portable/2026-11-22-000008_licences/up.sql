-- E-licences: the national identifier beside the number; who used one, and what was asked of other systems, for what.
ALTER TABLE certificates ADD COLUMN identifier TEXT;
CREATE UNIQUE INDEX certificates_by_identifier ON certificates (zone_id, identifier);

CREATE TABLE share_calls (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    source TEXT NOT NULL,
    reference TEXT,
    application_id UUID NOT NULL,
    material TEXT NOT NULL,
    fields TEXT NOT NULL,
    purpose TEXT NOT NULL,
    outcome TEXT NOT NULL,
    size INTEGER NOT NULL,
    called_by UUID NOT NULL,
    called_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, id),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id)
);
CREATE INDEX share_calls_by_reference ON share_calls (zone_id, reference, id);
CREATE INDEX share_calls_by_source ON share_calls (zone_id, source, id);
