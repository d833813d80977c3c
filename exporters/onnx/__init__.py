"""One ``.onnx`` file that holds the whole model, its preprocessing included."""
