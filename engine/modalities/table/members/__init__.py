"""What table learners leave behind: encoder and model, kept as JSON, text and arrays."""
