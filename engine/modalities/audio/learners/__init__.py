"""Learners of sounds."""
