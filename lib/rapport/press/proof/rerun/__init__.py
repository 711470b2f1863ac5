"""A rerun judged: where it ran, what came out, and a grade for every number."""
