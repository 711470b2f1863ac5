"""Kernels that the press starts."""
