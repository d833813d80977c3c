"""A sound as a person looks at it and listens to it while labelling, however long it is."""
