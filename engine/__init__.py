"""The anytime engine: from a frozen dataset to a served model, within a time budget."""
