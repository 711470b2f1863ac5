"""Source files of business units that do not exist, drawn from one seed.

Offers `write_sample` (the files and their digests), `check_sample` (which of them are
missing or differ from the pinned ones), `SAMPLE_UNITS`, which are made unless others are
named, `FURTHER_UNITS`, which are made by name alone, and `write_load`, which makes one of any
size. What was planted in a unit stands in its `_truth.json`, which nothing but tests and
benchmarks reads.
"""

from rapport.ingest.pins import FURTHER_UNITS, SAMPLE_UNITS, check_sample
from rapport.ingest.sample.load import write_load
from rapport.ingest.sample.write import write_sample

__all__ = ["FURTHER_UNITS", "SAMPLE_UNITS", "check_sample", "write_load", "write_sample"]
