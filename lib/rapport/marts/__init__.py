"""Everything that touches many rows: one SELECT a file."""
