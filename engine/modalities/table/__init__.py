"""Tables of numbers, categories and dates."""
