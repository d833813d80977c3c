"""What a run came to, measured on samples that it did not learn from: counts, intervals and sentences."""
