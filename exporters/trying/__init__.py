"""What was exported, tried on this computer by a process of its own that ends with whoever started it."""
