"""Runs an exported model with ONNX Runtime and NumPy alone: no torch, no polars. It goes along with what is shipped."""
