"""One method a module, one row per customer or fewer, no input or output."""
