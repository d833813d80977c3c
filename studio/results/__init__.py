"""The Results screen: how good the model is, on what it never saw, and where it goes wrong."""
