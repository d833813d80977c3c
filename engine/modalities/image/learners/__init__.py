"""Learners of pictures."""
