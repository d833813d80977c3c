"""The model card of a run: what it learned from, how it was measured, where it fails, and what is inside."""
