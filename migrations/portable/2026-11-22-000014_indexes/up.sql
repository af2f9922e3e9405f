-- Lists that are read by something else than their key.
CREATE INDEX IF NOT EXISTS delegation_changes_by_batch ON delegation_changes (zone_id, batch_id, id);
CREATE INDEX certificates_by_application ON certificates (zone_id, application_id);
CREATE INDEX objections_by_publicity ON objections (zone_id, publicity_id, id);
CREATE INDEX bookings_by_time ON bookings (zone_id, account_id, state, ends_at);
