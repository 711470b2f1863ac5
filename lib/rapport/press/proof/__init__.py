"""The record of a report: slot, seal, manifest, log."""
