"""The folder whose `sitecustomize` every interpreter of a rerun loads."""
