"""From a number on a page back to the cell, the definition and the data that it came from.

Everything is read and nothing is run: the sealed record, the executed notebooks whose digests it
holds, and the source of the functions that they name.
"""
