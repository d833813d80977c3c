"""TFRecord files and the few protocol buffer messages in them, read and written without TensorFlow, within limits."""
