DROP TABLE parcels;
DROP TABLE bookings;
DROP TABLE slots;
