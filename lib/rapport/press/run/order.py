"""Which task waits for which: whatever makes the tables that it reads."""

from collections.abc import Iterable, Sequence

from rapport.errors import ParameterError
from rapport.press.run.tasks import TableTask, Task


def find_needs(tasks: Sequence[Task]) -> dict[str, dict[str, str]]:
    """Give for every task the tables that another task makes for it: `{task: {table: maker}}`."""
    makers: dict[tuple[str, str | None, str], str] = {}
    for task in tasks:
        for table in task.writes:
            other = makers.setdefault((task.unit, task.period, table), task.id)
            if other != task.id:
                raise ParameterError(
                    f"{task.id}: writes {table}, as {other} does. Rename one of the tables."
                )
    needs: dict[str, dict[str, str]] = {}
    for task in tasks:
        read = task.reads.values() if isinstance(task, TableTask) else task.reads
        needs[task.id] = {
            table: maker
            for table in (*read, *task.optional)
            for maker in [
                makers.get((task.unit, task.period, table)) or makers.get((task.unit, None, table))
            ]
            if maker is not None and maker != task.id
        }
    return needs


def order_tasks(tasks: Sequence[Task]) -> list[Task]:
    """Put tasks behind whatever they wait for, otherwise in the order given."""
    needs = find_needs(tasks)
    ordered: list[Task] = []
    done: set[str] = set()
    ahead = list(tasks)
    while ahead:
        ready = [task for task in ahead if done.issuperset(needs[task.id].values())]
        if not ready:
            names = ", ".join(task.id for task in ahead)
            raise ParameterError(f"tasks: {names} wait for each other. Remove one of the reads.")
        ordered += ready
        done |= {task.id for task in ready}
        ahead = [task for task in ahead if task.id not in done]
    return ordered


def select_tasks(tasks: Sequence[Task], wanted: Iterable[str]) -> list[Task]:
    """Give the tasks with these ids and all that they wait for, in order of execution."""
    needs = find_needs(tasks)
    ahead, chosen = list(wanted), set()
    while ahead:
        task_id = ahead.pop()
        if task_id not in chosen:
            chosen.add(task_id)
            ahead += needs[task_id].values()
    return [task for task in order_tasks(tasks) if task.id in chosen]
