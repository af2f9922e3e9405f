DROP TABLE joint_reviews;
DROP TABLE objections;
DROP TABLE publicities;
