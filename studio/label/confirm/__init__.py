"""The confirm grid: many suggestions seen, accepted and corrected at once."""
