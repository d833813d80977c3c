"""Icons, sample projects and the manifest of bundled weights."""
