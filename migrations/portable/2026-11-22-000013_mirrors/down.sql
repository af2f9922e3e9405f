DROP TABLE callback_events;
