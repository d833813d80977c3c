"""A trained model that runs elsewhere. No Qt."""
