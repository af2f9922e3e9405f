DROP INDEX bookings_by_time;
DROP INDEX objections_by_publicity;
DROP INDEX certificates_by_application;
