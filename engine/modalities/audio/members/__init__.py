"""Members that predict sounds."""
