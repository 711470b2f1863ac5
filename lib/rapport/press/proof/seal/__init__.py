"""The seal's verdict: whose report it is, and that it is whole. Nothing of it is run."""
