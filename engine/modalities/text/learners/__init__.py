"""Learners of texts."""
