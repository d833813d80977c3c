"""What tools write about samples, in one form, and the formats that read and write it."""
