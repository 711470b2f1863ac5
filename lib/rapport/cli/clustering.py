"""Who executes the tasks of a run: this machine, or the workers of a cluster."""

from __future__ import annotations

import argparse
import os

from rapport.errors import ParameterError
from rapport.press.run.store import Store
from rapport.press.run.work.crew import Crew
from rapport.press.run.work.pool import Pool

STORE_VARIABLE = "RAPPORT_STORE"
"""A folder or address that the machines of a cluster share, where no flag names one."""


def find_crew(arguments: argparse.Namespace, store: Store) -> Crew:
    """Give the crew that was asked for; nothing is started or connected yet.

    Raises
    ------
    ParameterError
        A flag of clusters stands alone, or an address is none.
    """
    here = Pool(arguments.jobs or os.cpu_count() or 1, cold=arguments.cold)
    if arguments.cluster is None:
        if arguments.store is not None:
            raise ParameterError("--store: is what machines of a cluster share. Add --cluster.")
        return here
    from rapport.press.run.cluster.crew import Cluster  # noqa: PLC0415 - an extra, seldom wanted

    shared = arguments.store or os.environ.get(STORE_VARIABLE) or None
    return Cluster(arguments.cluster, store, shared=shared, here=here, cold=arguments.cold)
