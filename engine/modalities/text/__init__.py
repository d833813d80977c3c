"""Texts: what people wrote, as files or as columns of a table."""
