"""The run folder: plan, journal, checkpoints, resume."""
