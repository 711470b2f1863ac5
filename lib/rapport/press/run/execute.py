"""Run tasks: reuse what is known, execute the rest on a pool, keep what succeeded.

One task's failure stops what needs it, nothing else. A task's record is written after all its
objects, so a run that is killed at any moment resumes where it was.
"""

import contextlib
from collections.abc import Iterable
from typing import TypedDict, Unpack

from rapport.errors import exit_code_for
from rapport.press.run.plan import Expand, World
from rapport.press.run.state import Listener, State
from rapport.press.run.store.leases import Lease
from rapport.press.run.tasks import Result, Task
from rapport.press.run.work.crew import Crew
from rapport.press.run.work.pool import Pool


class How(TypedDict, total=False):
    """Ways to run, none of which moves a number."""

    workers: int
    """How many tasks run at once, 2 unless said; none is started if everything can be reused."""
    fresh: bool
    """Execute although the key is known, and warn if the result differs."""
    cold: bool
    """Start every kernel by itself instead of forking warm ones."""
    on_event: Listener | None
    """Called in this process as things happen."""
    expand: Expand | None
    """Called in this process with every task that is settled well; what it gives joins the run."""
    crew: Crew | None
    """Executes tasks, in place of a pool of `workers` of this machine; entered and left here."""


def run_tasks(tasks: Iterable[Task], world: World, **how: Unpack[How]) -> dict[str, Result]:
    """Run tasks with all that they need, and say what became of each.

    Parameters
    ----------
    tasks : in any order; each waits for the makers of the tables that it reads
    how : see `How`

    Returns
    -------
    task id: result, in order of execution

    Raises
    ------
    ParameterError, ChapterError
        As `plan.plan`, before any kernel starts; for tasks that join later, as they join. Errors
        of tasks are results, not raised.
    StoreError
        The store is being cleaned, or its disk is full.
    KeyboardInterrupt
        After every child has ended; what was done until then stays done.
    """
    crew = how.get("crew") or Pool(how.get("workers", 2), cold=how.get("cold", False))
    state = State(
        world,
        fresh=how.get("fresh", False),
        expand=how.get("expand"),
        listener=how.get("on_event"),
        place=crew.place,
    )
    state.join(tasks)
    # The folder goes after the workers.
    with world.store.shared(), contextlib.ExitStack() as at_end:
        lease: Lease | None = None
        with crew:
            while not state.is_done:
                state.settle()
                while state.has_ready(places := crew.free_places()):
                    lease = lease or at_end.enter_context(world.store.lease_folder())
                    job = state.start(lease.folder, places)
                    if job is not None:
                        crew.start(job)
                    else:
                        state.settle()
                for job, message in crew.wait() if crew.n_busy or state.has_waiting else ():
                    state.receive(job, message)
        return state.end()


def exit_code_of(results: Iterable[Result]) -> int:
    """Give the exit code of a run: 0, or the worst failure's, 4 before 3 before the others.

    Examples
    --------
    >>> exit_code_of([])
    0
    """
    codes = {exit_code_for(result.error.class_name) for result in results if result.error}
    return next((code for code in (4, 3, 2, 1) if code in codes), max(codes, default=0))
