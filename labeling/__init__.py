"""The project a person works on: samples, labels, history, formats. No Qt, no torch."""
