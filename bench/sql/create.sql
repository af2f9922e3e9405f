\set n random(1, 10000)
\set hi random(1, 2000000000)
\set lo random(1, 2000000000)
BEGIN;
SELECT generation FROM catalogue_generations WHERE zone_id = 1;
INSERT INTO events VALUES (1, 'application', (lpad(to_hex((:hi)::bigint), 16, 'f') || lpad(to_hex((:lo)::bigint), 16, '0'))::uuid, 1, 'application_created', 1, now(), now(), 'account', lpad(to_hex((:n)::bigint), 32, '0')::uuid, NULL, '0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c', '{"channel":"online","subject":"construction-permit"}', decode('', 'hex'), decode(repeat('cd', 32), 'hex'));
INSERT INTO feed_pending VALUES (1, 'application', (lpad(to_hex((:hi)::bigint), 16, 'f') || lpad(to_hex((:lo)::bigint), 16, '0'))::uuid, 1);
INSERT INTO applications (zone_id, id, submission_no, state, channel, subject_kind, subject_code, bundle_version_id, filed_by, project_name, project_code, track_counter, version, event_seq, event_hash, created_at, updated_at, received_at, recorded_at) VALUES (1, (lpad(to_hex((:hi)::bigint), 16, 'f') || lpad(to_hex((:lo)::bigint), 16, '0'))::uuid, NULL, 'draft', 'online', 'matter', 'construction-permit', NULL, lpad(to_hex((:n)::bigint), 32, '0')::uuid, NULL, NULL, 0, 1, 1, decode(repeat('ab', 32), 'hex'), now(), now(), NULL, NULL);
INSERT INTO application_contents VALUES (1, (lpad(to_hex((:hi)::bigint), 16, 'f') || lpad(to_hex((:lo)::bigint), 16, '0'))::uuid, decode(repeat('cd', 550), 'hex'));
INSERT INTO application_accounts VALUES (1, lpad(to_hex((:n)::bigint), 32, '0')::uuid, (lpad(to_hex((:hi)::bigint), 16, 'f') || lpad(to_hex((:lo)::bigint), 16, '0'))::uuid);
INSERT INTO application_parties VALUES (1, (lpad(to_hex((:hi)::bigint), 16, 'f') || lpad(to_hex((:lo)::bigint), 16, '0'))::uuid, 0, 'applicant', 'organisation', decode(repeat('ef', 70), 'hex'), decode(repeat('01', 32), 'hex'), decode(repeat('02', 32), 'hex'), decode(repeat('03', 32), 'hex'));
COMMIT;
