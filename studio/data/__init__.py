"""The Data screen: drop files, see what is there."""
