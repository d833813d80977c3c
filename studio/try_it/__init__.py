"""The Try it screen: ask the model about files, a pasted picture or a typed row."""
