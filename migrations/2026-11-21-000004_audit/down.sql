DROP TABLE incidents, refusals;
