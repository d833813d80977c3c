"""The Train screen: what will be learned, for how long, and watching it get better."""
