"""The whole job on sample data: in the window for a person, or done by a made-up person where there is no display."""
