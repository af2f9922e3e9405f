-- The hall: appointments and parcels.
CREATE TABLE slots (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    place TEXT NOT NULL,
    window_name TEXT,
    matter_code TEXT,
    kind TEXT NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    capacity INTEGER NOT NULL,
    booked INTEGER NOT NULL,
    PRIMARY KEY (zone_id, id)
);
CREATE INDEX slots_by_start ON slots (zone_id, starts_at, id);

-- Who comes is sealed.
CREATE TABLE bookings (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    slot_id UUID NOT NULL,
    account_id UUID NOT NULL,
    state TEXT NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    booked_at TIMESTAMPTZ NOT NULL,
    settled_at TIMESTAMPTZ,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, slot_id, account_id),
    FOREIGN KEY (zone_id, slot_id) REFERENCES slots (zone_id, id)
);
CREATE INDEX bookings_by_account ON bookings (zone_id, account_id, id);
CREATE INDEX bookings_by_slot ON bookings (zone_id, slot_id, id);

-- Where a parcel goes is sealed.
CREATE TABLE parcels (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    state TEXT NOT NULL,
    tracking_no TEXT,
    ordered_at TIMESTAMPTZ NOT NULL,
    state_at TIMESTAMPTZ NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (zone_id, id),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id)
);
CREATE INDEX parcels_by_application ON parcels (zone_id, application_id, id);
