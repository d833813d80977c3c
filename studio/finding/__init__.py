"""Finding samples: what the person wants to see, in which order, the same on the Data and the Label screen."""
