"""The Share screen: take the model away as a file that is proven equal to it."""
