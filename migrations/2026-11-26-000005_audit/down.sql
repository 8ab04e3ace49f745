DROP TABLE readings, incidents, refusal_counts, refusals;
