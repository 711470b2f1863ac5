"""One customer, one ID: which records of which sources are one person, and why.

Three steps (docs/methods.md, "Identity"): keys that are the person's own, a probabilistic model
where the unit asks for it, and the closure of both, cut where it would make strangers one.
"""
