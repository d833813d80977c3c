"""The Label screen: one sample at a time, one key a label."""
