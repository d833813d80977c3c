"""What is served: predict, save, load."""
