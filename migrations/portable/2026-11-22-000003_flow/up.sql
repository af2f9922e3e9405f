-- The life of a case after it is filed.

ALTER TABLE cases ADD COLUMN handler_id UUID;
ALTER TABLE cases ADD COLUMN outcome TEXT;
ALTER TABLE cases ADD COLUMN decided_at TIMESTAMPTZ;
-- Facts beside the state that nothing filters on.
ALTER TABLE cases ADD COLUMN progress TEXT;
CREATE INDEX cases_by_handler ON cases (zone_id, handler_id, queue_at, id);
CREATE INDEX cases_by_warning ON cases (zone_id, yellow_at);
CREATE INDEX cases_by_provisional ON cases (zone_id, provisional, id);

ALTER TABLE clock_entries ADD COLUMN procedure_kind TEXT;
ALTER TABLE clock_entries ADD COLUMN expected_days INTEGER;
ALTER TABLE clock_entries ADD COLUMN told_at TIMESTAMPTZ;
ALTER TABLE clock_entries ADD COLUMN added_n INTEGER;
ALTER TABLE clock_entries ADD COLUMN added_unit TEXT;

ALTER TABLE materials ADD COLUMN reused_from UUID;

-- Examinations, decisions, proceedings, deliveries in words: sealed as one.
CREATE TABLE case_files (
    zone_id INTEGER NOT NULL,
    case_id UUID NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (zone_id, case_id),
    FOREIGN KEY (zone_id, case_id) REFERENCES cases (zone_id, id)
);

CREATE TABLE obligations (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    case_id UUID NOT NULL,
    department TEXT NOT NULL,
    kind TEXT NOT NULL,
    owed_by TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_on DATE,
    due_at TIMESTAMPTZ,
    provisional BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    settled_at TIMESTAMPTZ,
    PRIMARY KEY (zone_id, id),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id),
    FOREIGN KEY (zone_id, case_id) REFERENCES cases (zone_id, id)
);
CREATE INDEX obligations_by_application ON obligations (zone_id, application_id, id);
CREATE INDEX obligations_by_state ON obligations (zone_id, state, id);
CREATE INDEX obligations_by_department ON obligations (zone_id, department, id);
CREATE INDEX obligations_by_provisional ON obligations (zone_id, provisional, id);
CREATE INDEX obligations_by_debtor ON obligations (zone_id, owed_by, state, id);

-- Receipts, notices, decisions (文书): the text is sealed, its digest signed.
CREATE TABLE instruments (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    case_id UUID,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    sealed BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    signature BYTEA,
    verify_hash BYTEA NOT NULL,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, number),
    UNIQUE (zone_id, verify_hash),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id)
);
CREATE INDEX instruments_by_application ON instruments (zone_id, application_id, id);

-- Results of grants.
CREATE TABLE certificates (
    zone_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    case_id UUID NOT NULL,
    application_id UUID NOT NULL,
    matter_code TEXT NOT NULL,
    name TEXT NOT NULL,
    holder_kind TEXT NOT NULL,
    holder_sealed BYTEA NOT NULL,
    holder_hash BYTEA,
    scope TEXT NOT NULL,
    project_name TEXT,
    granted_at TIMESTAMPTZ NOT NULL,
    valid_until DATE,
    state TEXT NOT NULL,
    state_at TIMESTAMPTZ NOT NULL,
    replaces TEXT,
    PRIMARY KEY (zone_id, number),
    FOREIGN KEY (zone_id, case_id) REFERENCES cases (zone_id, id)
);
CREATE INDEX certificates_by_case ON certificates (zone_id, case_id);
CREATE INDEX certificates_by_grant ON certificates (zone_id, granted_at, number);
CREATE INDEX certificates_by_matter ON certificates (zone_id, matter_code, granted_at, number);

CREATE TABLE evaluations (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    case_id UUID NOT NULL,
    service_no INTEGER NOT NULL,
    service TEXT NOT NULL,
    level TEXT NOT NULL,
    bad BOOLEAN NOT NULL,
    channel TEXT NOT NULL,
    options TEXT NOT NULL,
    text_sealed BYTEA,
    rated_at TIMESTAMPTZ NOT NULL,
    changes INTEGER NOT NULL,
    answer_sealed BYTEA,
    answered_at TIMESTAMPTZ,
    answered_by UUID,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, case_id, service_no),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id),
    FOREIGN KEY (zone_id, case_id) REFERENCES cases (zone_id, id)
);
CREATE INDEX evaluations_by_application ON evaluations (zone_id, application_id, id);

-- How many ratings of each level there are, kept with every rating, so that a rate never counts rows.
CREATE TABLE evaluation_counts (
    zone_id INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    level TEXT NOT NULL,
    rated BIGINT NOT NULL,
    PRIMARY KEY (zone_id, shard, level)
);

-- Broken commitments and bars, found by the applicant's identifier.
CREATE TABLE credit_records (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    case_id UUID NOT NULL,
    kind TEXT NOT NULL,
    ground TEXT NOT NULL,
    matter_code TEXT NOT NULL,
    identifier_hash BYTEA,
    until_on DATE,
    recorded_at TIMESTAMPTZ NOT NULL,
    repaired_at TIMESTAMPTZ,
    repaired_by UUID,
    PRIMARY KEY (zone_id, id),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id)
);
CREATE INDEX credit_records_by_case ON credit_records (zone_id, case_id);
CREATE INDEX credit_records_by_identifier ON credit_records (zone_id, identifier_hash, id);

-- Outside identities of accounts.
CREATE TABLE account_links (
    provider TEXT NOT NULL,
    subject_hash BYTEA NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (provider, subject_hash)
);
CREATE INDEX account_links_by_account ON account_links (account_id);
