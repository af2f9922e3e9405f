-- The catalogue as something people work on: who published what and why, drafts, retirements, registers.

ALTER TABLE catalogue_versions ADD COLUMN reason TEXT;
ALTER TABLE catalogue_versions ADD COLUMN edited_by UUID;
ALTER TABLE catalogue_versions ADD COLUMN published_by UUID;

-- A version that ends before another follows; versions themselves never change.
CREATE TABLE catalogue_retirements (
    zone_id INTEGER NOT NULL,
    version_id UUID NOT NULL,
    effective_to DATE NOT NULL,
    reason TEXT NOT NULL,
    retired_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, version_id),
    FOREIGN KEY (zone_id, version_id) REFERENCES catalogue_versions (zone_id, id)
);

CREATE TABLE catalogue_drafts (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Number of the version it was begun from; 0 for something new.
    base_number INTEGER NOT NULL,
    document TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT,
    -- Everybody who wrote it, the last one last: none of them may publish it.
    editors TEXT NOT NULL,
    reviewed_by UUID,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, id)
);
CREATE INDEX catalogue_drafts_by_state ON catalogue_drafts (zone_id, state, id);

-- 赋权事项.
CREATE TABLE delegated_matters (
    zone_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    delegating_body TEXT NOT NULL,
    department TEXT NOT NULL,
    system TEXT,
    state TEXT NOT NULL,
    effective_from DATE,
    effective_to DATE,
    basis TEXT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, code)
);
CREATE INDEX delegated_matters_by_department ON delegated_matters (zone_id, department, state, code);
CREATE INDEX delegated_matters_by_state ON delegated_matters (zone_id, state, code);

-- What was taken in, taken out or changed, and why (能进能出).
CREATE TABLE delegation_changes (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    batch_id UUID NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT NOT NULL,
    effective_on DATE NOT NULL,
    made_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, id)
);
CREATE INDEX delegation_changes_by_kind ON delegation_changes (zone_id, kind, id);

-- Accounts of clerks in the systems of delegating bodies.
CREATE TABLE system_accounts (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    system TEXT NOT NULL,
    state TEXT NOT NULL,
    trained_on DATE,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, system, account_id)
);

-- Tasks of a reform (改革任务).
CREATE TABLE reform_tasks (
    zone_id INTEGER NOT NULL,
    id UUID NOT NULL,
    document TEXT NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    lead_department TEXT NOT NULL,
    departments TEXT NOT NULL,
    due_on DATE NOT NULL,
    progress TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, id),
    UNIQUE (zone_id, document, number)
);
