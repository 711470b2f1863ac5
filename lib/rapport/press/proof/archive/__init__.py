"""A run in one file: what was needed to make it, how it is put back, and what is checked first."""
