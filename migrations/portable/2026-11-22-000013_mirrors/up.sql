-- What outside systems told about the cases they handle: each event once, each nonce once, the unknown kept apart.
CREATE TABLE callback_events (
    zone_id INTEGER NOT NULL,
    system TEXT NOT NULL,
    event_id TEXT NOT NULL,
    nonce TEXT NOT NULL,
    case_id UUID,
    outcome TEXT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, system, event_id),
    UNIQUE (zone_id, system, nonce)
);
