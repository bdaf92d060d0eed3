"""Results to characters: one file for each format. A report never computes what it shows."""
