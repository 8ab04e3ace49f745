DROP TABLE readings, incidents, refusals;
