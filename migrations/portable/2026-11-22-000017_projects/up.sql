-- Projects whose approval is followed to the end (闭环审批): by which mechanisms, and how much earlier they began.
CREATE TABLE project_loops (
    zone_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    mechanisms TEXT NOT NULL,
    opened_on DATE NOT NULL,
    planned_start_on DATE,
    actual_start_on DATE,
    version BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (zone_id, code)
);
