-- Departments at work together: what is made public with its objections, and what they look at in one visit.

CREATE TABLE publicities (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    case_id UUID NOT NULL,
    matter_code TEXT NOT NULL,
    project_name TEXT,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    basis TEXT NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    opened_by UUID NOT NULL,
    PRIMARY KEY (zone_id, id),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id),
    FOREIGN KEY (zone_id, case_id) REFERENCES cases (zone_id, id)
);
CREATE INDEX publicities_by_case ON publicities (zone_id, case_id, id);

-- Who objects, and to what, is sealed.
CREATE TABLE objections (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    publicity_id UUID NOT NULL,
    filed_by UUID NOT NULL,
    filed_at TIMESTAMPTZ NOT NULL,
    state TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    answered_at TIMESTAMPTZ,
    answered_by UUID,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, publicity_id, filed_by),
    FOREIGN KEY (zone_id, publicity_id) REFERENCES publicities (zone_id, id)
);

-- One joint look per application and kind; opinions and corrections are sealed.
CREATE TABLE joint_reviews (
    zone_id INTEGER NOT NULL,
    application_id UUID NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    rounds INTEGER NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    scheduled_at TIMESTAMPTZ NOT NULL,
    concluded_on DATE,
    working_days INTEGER,
    promised_days INTEGER,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (zone_id, application_id, kind),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id)
);
CREATE INDEX joint_reviews_by_conclusion ON joint_reviews (zone_id, kind, concluded_on);
