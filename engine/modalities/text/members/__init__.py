"""What learners of texts leave behind."""
