"""Sounds: their samples, features, learners, members and portfolio."""
