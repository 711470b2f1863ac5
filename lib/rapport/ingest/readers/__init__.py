"""Readers of files in several forms: each gives text columns and what it puts aside."""
