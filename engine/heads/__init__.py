"""What turns features into answers: a kernel ridge head and its closed-form cross-validation."""
