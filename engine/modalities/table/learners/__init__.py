"""The table learners, one file each."""
