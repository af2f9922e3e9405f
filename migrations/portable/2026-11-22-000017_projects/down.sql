DROP TABLE project_loops;
