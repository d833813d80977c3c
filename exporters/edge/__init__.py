"""The smallest and quickest artefact for one target that keeps what the model can do."""
