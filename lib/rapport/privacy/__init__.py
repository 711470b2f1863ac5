"""What keeps people unnamed: keyed pseudonyms and the suppression of small counts."""

from rapport.privacy.counts import protect_cells, suppress_small
from rapport.privacy.pseudonyms import (
    KEY_VARIABLE,
    PRIVATE,
    SAMPLE_KEY,
    is_pseudonym,
    name_key,
    pseudonym,
    pseudonyms,
    read_key,
    write_key,
)

__all__ = [
    "KEY_VARIABLE",
    "PRIVATE",
    "SAMPLE_KEY",
    "is_pseudonym",
    "name_key",
    "protect_cells",
    "pseudonym",
    "pseudonyms",
    "read_key",
    "suppress_small",
    "write_key",
]
