-- :rows filed applications with one case and three events each; ids and numbers follow from their rank.
INSERT INTO applications (zone_id, id, submission_no, state, channel, subject_kind, subject_code, filed_by, track_counter, version, event_seq, event_hash, created_at, updated_at, received_at, recorded_at)
SELECT 1, lpad(to_hex(n), 32, '0')::uuid, lpad(n::text, 22, '0'), 'submitted', 'online', 'matter', 'construction-permit', lpad(to_hex(n % 10000), 32, '0')::uuid, 0, 2, 3, decode(repeat('ab', 32), 'hex'), now(), now(), now(), now()
FROM generate_series(1, :rows) n;
INSERT INTO application_contents SELECT 1, lpad(to_hex(n), 32, '0')::uuid, decode(repeat('cd', 550), 'hex') FROM generate_series(1, :rows) n;
INSERT INTO application_accounts SELECT 1, lpad(to_hex(n % 10000), 32, '0')::uuid, lpad(to_hex(n), 32, '0')::uuid FROM generate_series(1, :rows) n;
INSERT INTO application_parties SELECT 1, lpad(to_hex(n), 32, '0')::uuid, 0, 'applicant', 'organisation', decode(repeat('ef', 70), 'hex'), decode(md5(n::text) || md5(n::text), 'hex'), decode(md5('i' || n) || md5(n::text), 'hex'), decode(md5('p' || n) || md5(n::text), 'hex') FROM generate_series(1, :rows) n;
INSERT INTO cases (zone_id, id, application_id, position, matter_code, version_id, department, procedure_kind, state, received_at, deemed, limit_n, limit_unit, limit_starts, deadline_on, deadline_at, yellow_at, provisional, queue_at, version)
SELECT 1, lpad(to_hex(n), 32, '0')::uuid, lpad(to_hex(n), 32, '0')::uuid, 0, 'construction-permit', (SELECT id FROM catalogue_versions WHERE zone_id = 1 AND code = 'construction-permit' LIMIT 1), 'HUC', 'licence', 'received', now(), false, 3, 'natural_day', 'receipt', current_date + 60, now() + interval '60 days', now() + interval '50 days', false, now() + interval '60 days', 1
FROM generate_series(1, :rows) n;
INSERT INTO events SELECT 1, 'application', lpad(to_hex(n), 32, '0')::uuid, s, CASE s WHEN 1 THEN 'application_created' WHEN 2 THEN 'application_submitted' ELSE 'case_received' END, 1, now(), now(), 'account', lpad(to_hex(n % 10000), 32, '0')::uuid, NULL, '0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c', '{"case":"0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c","matter":"construction-permit","notice_due_on":"2024-10-10"}', decode(repeat('ab', 32), 'hex'), decode(repeat('cd', 32), 'hex')
FROM generate_series(1, :rows) n, generate_series(1, 3) s;
ANALYZE;
CHECKPOINT;
