"""The machine helps: what a sample's label may be, and which samples to label next."""
