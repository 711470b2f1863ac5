"""Sources that lie elsewhere: read into the store whole or not at all, then read there."""
