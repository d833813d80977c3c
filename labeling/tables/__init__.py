"""Reading tables: what a text file's dialect is, what its columns mean, and what could be predicted."""
