-- Platform tables: no zone_id. Zone tables lead with zone_id; foreign keys never cross between the two.

CREATE TABLE zones (
    id INTEGER NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE accounts (
    id UUID NOT NULL PRIMARY KEY,
    username TEXT UNIQUE,
    password_hash TEXT,
    totp_sealed BYTEA,
    name_sealed BYTEA NOT NULL,
    identifier_hash BYTEA,
    phone_hash BYTEA,
    state TEXT NOT NULL,
    failed_count INTEGER NOT NULL,
    locked_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX accounts_by_identifier ON accounts (identifier_hash);
CREATE INDEX accounts_by_phone ON accounts (phone_hash);

CREATE TABLE memberships (
    account_id UUID NOT NULL REFERENCES accounts (id),
    zone_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    department TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, zone_id, role, department)
);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    started_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX sessions_by_revocation ON sessions (revoked_at);
CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE refresh_tokens (
    hash BYTEA NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id),
    expires_at TIMESTAMPTZ NOT NULL,
    rotated_at TIMESTAMPTZ
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE token_keys (
    id TEXT NOT NULL PRIMARY KEY,
    public_key BYTEA NOT NULL,
    private_sealed BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    retired_at TIMESTAMPTZ
);

CREATE TABLE calendar_days (
    day DATE NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL
);

CREATE TABLE sandbox_clock (
    id INTEGER NOT NULL PRIMARY KEY,
    offset_micros BIGINT NOT NULL
);

-- Catalogue.

CREATE TABLE catalogue_generations (
    zone_id INTEGER NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL
);

CREATE TABLE catalogue_versions (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    number INTEGER NOT NULL,
    effective_from DATE NOT NULL,
    effective_to DATE,
    digest TEXT NOT NULL,
    document TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, kind, code, number)
);

-- Applications and cases. Wide sealed values live apart, so that a state change rewrites a narrow row.

CREATE TABLE applications (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    submission_no TEXT,
    state TEXT NOT NULL,
    channel TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_code TEXT NOT NULL,
    bundle_version_id UUID,
    filed_by UUID NOT NULL,
    project_name TEXT,
    project_code TEXT,
    track_counter INTEGER NOT NULL,
    version BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    event_hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ,
    recorded_at TIMESTAMPTZ,
    retain_until TIMESTAMPTZ,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, submission_no)
);
CREATE INDEX applications_by_project ON applications (zone_id, project_code, id);

CREATE TABLE application_contents (
    zone_id INTEGER NOT NULL,
    application_id UUID NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (zone_id, application_id),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id)
);

CREATE TABLE application_accounts (
    zone_id INTEGER NOT NULL,
    account_id UUID NOT NULL,
    application_id UUID NOT NULL,
    PRIMARY KEY (zone_id, account_id, application_id),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id)
);
CREATE INDEX application_accounts_by_application ON application_accounts (zone_id, application_id);

CREATE TABLE application_parties (
    zone_id INTEGER NOT NULL,
    application_id UUID NOT NULL,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    name_hash BYTEA NOT NULL,
    identifier_hash BYTEA,
    phone_hash BYTEA,
    PRIMARY KEY (zone_id, application_id, position),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id)
);
CREATE INDEX application_parties_by_name ON application_parties (zone_id, name_hash, application_id);
CREATE INDEX application_parties_by_identifier ON application_parties (zone_id, identifier_hash, application_id);
CREATE INDEX application_parties_by_phone ON application_parties (zone_id, phone_hash, application_id);

CREATE TABLE cases (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    position INTEGER NOT NULL,
    matter_code TEXT NOT NULL,
    version_id UUID NOT NULL,
    department TEXT NOT NULL,
    procedure_kind TEXT NOT NULL,
    state TEXT NOT NULL,
    case_no TEXT,
    target_kind TEXT,
    target_ref TEXT,
    external_ref TEXT,
    received_at TIMESTAMPTZ,
    accepted_at TIMESTAMPTZ,
    deemed BOOLEAN NOT NULL,
    limit_n INTEGER NOT NULL,
    limit_unit TEXT NOT NULL,
    limit_starts TEXT NOT NULL,
    deadline_on DATE,
    deadline_at TIMESTAMPTZ,
    yellow_at TIMESTAMPTZ,
    provisional BOOLEAN NOT NULL,
    queue_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, case_no),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id),
    FOREIGN KEY (zone_id, version_id) REFERENCES catalogue_versions (zone_id, id)
);
CREATE INDEX cases_by_application ON cases (zone_id, application_id, position);
CREATE INDEX cases_by_deadline ON cases (zone_id, queue_at, id);
CREATE INDEX cases_by_department_deadline ON cases (zone_id, department, queue_at, id);
CREATE INDEX cases_by_queue ON cases (zone_id, state, queue_at, id);
CREATE INDEX cases_by_department ON cases (zone_id, department, state, queue_at, id);

CREATE TABLE clock_entries (
    zone_id INTEGER NOT NULL,
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    reason TEXT,
    basis TEXT NOT NULL,
    actor_id UUID,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, case_id, seq),
    FOREIGN KEY (zone_id, case_id) REFERENCES cases (zone_id, id)
);

CREATE TABLE documents (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    digest BYTEA NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    object_key TEXT NOT NULL,
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, id)
);

CREATE TABLE materials (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    application_id UUID NOT NULL,
    material_code TEXT NOT NULL,
    document_id UUID NOT NULL,
    upload_id TEXT NOT NULL,
    file_name_sealed BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, application_id, upload_id),
    FOREIGN KEY (zone_id, application_id) REFERENCES applications (zone_id, id),
    FOREIGN KEY (zone_id, document_id) REFERENCES documents (zone_id, id)
);

-- What happened, in chains; the feed gives every event one place per zone.

CREATE TABLE events (
    zone_id INTEGER NOT NULL,
    stream_kind TEXT NOT NULL,
    stream_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id UUID,
    on_behalf_of UUID,
    request_id TEXT,
    payload TEXT NOT NULL,
    prev_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (zone_id, stream_kind, stream_id, seq)
);

CREATE TABLE feed (
    zone_id INTEGER NOT NULL,
    position BIGINT NOT NULL,
    stream_kind TEXT NOT NULL,
    stream_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (zone_id, position),
    UNIQUE (zone_id, stream_kind, stream_id, seq)
);

CREATE TABLE feed_pending (
    zone_id INTEGER NOT NULL,
    stream_kind TEXT NOT NULL,
    stream_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (zone_id, stream_kind, stream_id, seq)
);

-- Work to do, answers already given, numbers reserved.

CREATE TABLE jobs (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    subject_id UUID NOT NULL,
    state TEXT NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    attempts INTEGER NOT NULL,
    claimed_until TIMESTAMPTZ,
    last_error TEXT,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, kind, subject_id)
);
CREATE INDEX jobs_by_due ON jobs (zone_id, state, due_at, id);
CREATE INDEX jobs_of_all_zones ON jobs (state, due_at, zone_id);

CREATE TABLE idempotency_records (
    zone_id INTEGER NOT NULL,
    caller UUID NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BYTEA NOT NULL,
    status INTEGER NOT NULL,
    resource_id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, caller, operation, key)
);
CREATE INDEX idempotency_records_by_age ON idempotency_records (zone_id, created_at);

CREATE TABLE number_blocks (
    zone_id INTEGER NOT NULL,
    series TEXT NOT NULL,
    day DATE NOT NULL,
    next_serial INTEGER NOT NULL,
    PRIMARY KEY (zone_id, series, day)
);
