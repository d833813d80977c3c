"""A zip that answers with a short command wherever Python is."""
