"""Tasks on other machines: the same jobs, executed by workers of a Dask cluster.

`crew` is the run's side and `errand` the worker's; a worker never executes a chapter in its own
process but hands it to a `host`, a process that keeps a pool as a run on one machine does. Tables
and notebooks travel through a `depot`, by the digests of their content, and a `passport` says what
a worker must have in common with the run.
"""
