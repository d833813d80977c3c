"""The card on paper: A4 pages with the same blocks, the same plots, and a font for each script."""
