DROP TABLE tally_marks;
DROP TABLE tallies;
DROP INDEX certificates_by_holder;
ALTER TABLE certificates DROP COLUMN remark;
