"""Is what was handed over still what was exported? Checked without running anything that came with it."""
