-- What electronic supervision found: each once; urged, answered, closed.
CREATE TABLE findings (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    case_id UUID NOT NULL,
    department TEXT NOT NULL,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    light TEXT NOT NULL,
    state TEXT NOT NULL,
    raised_at TIMESTAMPTZ NOT NULL,
    urged_at TIMESTAMPTZ,
    urged_by UUID,
    answer_due_at TIMESTAMPTZ,
    answered_at TIMESTAMPTZ,
    answered_by UUID,
    closed_at TIMESTAMPTZ,
    closed_by UUID,
    sealed BYTEA,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, case_id, rule, subject),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id),
    FOREIGN KEY (zone_id, case_id) REFERENCES cases (zone_id, id)
);
CREATE INDEX findings_by_state ON findings (zone_id, state, id);
CREATE INDEX findings_by_department ON findings (zone_id, department, state, id);
CREATE INDEX findings_by_department_only ON findings (zone_id, department, id);
CREATE INDEX findings_by_light ON findings (zone_id, light, id);
