"""Keys: which do what, how they are changed by pressing others, and the overlay that shows them."""
