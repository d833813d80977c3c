"""Costly features of samples: computed in slices, kept on disk, shared between learners and runs."""
