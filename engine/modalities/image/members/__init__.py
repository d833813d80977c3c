"""Members that predict pictures."""
