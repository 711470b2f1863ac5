"""Which task waits for which, and which of those that could run goes first.

A task waits for whatever makes the tables that it reads, a report for the tasks that it prints.
Tasks may join while others run. Of the tasks that are ready the one goes first from which the
longest way leads to an end, by what its executions took last time.
"""

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence

from rapport.errors import ParameterError
from rapport.press.run.tasks import ReportTask, TableTask, Task


class Order:
    """Tasks of one run, each with what it waits for and what waits for it.

    A task finds its makers among those known when it joins, one of its own period before one of
    all periods. Adding and settling cost as much for the thousandth task as for the first.
    """

    def __init__(self, tasks: Iterable[Task] = ()) -> None:
        self.tasks: dict[str, Task] = {}
        """By id, each behind what it waits for."""
        self.needs: dict[str, dict[str, str]] = {}
        """Task: table, or task that is printed: maker."""
        self._makers: dict[tuple[str, str | None, str], str] = {}
        self._waits: dict[str, int] = {}
        self._behind: dict[str, list[str]] = {}
        self._settled: set[str] = set()
        self._open: deque[str] = deque()
        self.add(tasks)

    def add(self, tasks: Iterable[Task]) -> list[Task]:
        """Take tasks in and give them each behind what it waits for, otherwise as given.

        Raises
        ------
        ParameterError
            Two tasks make one table, or tasks wait for each other.
        """
        given = list(tasks)
        for task in given:
            self._claim(task)
        new = {task.id for task in given}
        needs = {task.id: self._find_makers(task, new) for task in given}
        ordered = _sort(given, needs)
        for task in ordered:
            self.tasks[task.id] = task
            self.needs[task.id] = needs[task.id]
            makers = set(needs[task.id].values()) - self._settled
            self._waits[task.id] = len(makers)
            self._behind[task.id] = []
            for maker in makers:
                self._behind[maker].append(task.id)
            if not makers:
                self._open.append(task.id)
        return ordered

    def take_open(self) -> Task | None:
        """Take a task of which all makers are settled, in order; None if there is none."""
        return self.tasks[self._open.popleft()] if self._open else None

    def settle(self, task_id: str) -> None:
        """Note what became of a task: those that waited for nothing else are open now."""
        self._settled.add(task_id)
        for behind in self._behind[task_id]:
            self._waits[behind] -= 1
            if self._waits[behind] == 0:
                self._open.append(behind)

    def is_settled(self, task_id: str) -> bool:
        """Say whether it is known what became of a task."""
        return task_id in self._settled

    def list_behind(self, task_id: str) -> Sequence[str]:
        """Name the tasks that wait for this one."""
        return self._behind[task_id]

    def _claim(self, task: Task) -> None:
        for table in task.writes:
            other = self._makers.setdefault((task.unit, task.period, table), task.id)
            if other != task.id:
                raise ParameterError(
                    f"{task.id}: writes {table}, as {other} does. Rename one of the tables."
                )

    def _find_makers(self, task: Task, new: set[str]) -> dict[str, str]:
        if isinstance(task, ReportTask):
            assert all(name in new or name in self.tasks for name in task.needs)
            ahead = [name for name in task.after if name in new or name in self.tasks]
            return {name: name for name in (*task.needs, *ahead)}
        read = task.reads.values() if isinstance(task, TableTask) else task.reads
        found = {}
        for table in (*read, *task.optional):
            maker = self._makers.get((task.unit, task.period, table))
            maker = maker or self._makers.get((task.unit, None, table))
            if maker is not None and maker != task.id:
                found[table] = maker
        return found


class Queue:
    """Tasks that could run now, the most urgent first.

    First those made once for all periods: others are opened by them. Then by the longest way to an
    end, ties as given. A task that joins later makes none that is here more urgent. Tasks wait by
    the place where they run, so that none waits behind another whose place has no room.
    """

    def __init__(
        self,
        order: Order,
        expect: Callable[[Task], float],
        place: Callable[[Task], str] = lambda _: "",
    ) -> None:
        self._order = order
        self._expect = expect
        self._place = place
        self._ways: dict[str, float] = {}
        self._places: dict[str, int] = {}
        self._unmeasured: list[Task] = []
        self._fresh: dict[str, list[str]] = {}
        self._heaps: dict[str, list[tuple[bool, float, int, str]]] = {}

    def __len__(self) -> int:
        fresh = sum(len(tasks) for tasks in self._fresh.values())
        return fresh + sum(len(heap) for heap in self._heaps.values())

    def has_any(self, places: Collection[str]) -> bool:
        """Say whether a task waits for one of these places."""
        return any(self._fresh.get(place) or self._heaps.get(place) for place in places)

    def join(self, tasks: Sequence[Task]) -> None:
        """Take note of tasks that joined the order, as it sorted them."""
        for task in tasks:
            self._places[task.id] = len(self._places)
        self._unmeasured += tasks

    def push(self, task_id: str) -> None:
        """Put in a task that could run."""
        self._fresh.setdefault(self._place(self._order.tasks[task_id]), []).append(task_id)

    def pop(self, places: Collection[str] = ("",)) -> str:
        """Take out the most urgent task that runs in one of these places."""
        # Not before something has to run: in most runs next to everything is reused, and what
        # those tasks would have taken is nobody's concern.
        self._measure()
        for place, fresh in self._fresh.items():
            for task_id in fresh:
                heapq.heappush(self._heaps.setdefault(place, []), self._rank(task_id))
        self._fresh.clear()
        heaps = [self._heaps[place] for place in places if self._heaps.get(place)]
        return heapq.heappop(min(heaps, key=lambda heap: heap[0]))[-1]

    def _rank(self, task_id: str) -> tuple[bool, float, int, str]:
        task = self._order.tasks[task_id]
        return (task.period is not None, -self._ways[task_id], self._places[task_id], task_id)

    def _measure(self) -> None:
        for task in reversed(self._unmeasured):
            if not self._order.is_settled(task.id):
                ahead = (self._ways.get(other, 0.0) for other in self._order.list_behind(task.id))
                self._ways[task.id] = self._expect(task) + max(ahead, default=0.0)
        self._unmeasured.clear()


def order_tasks(tasks: Sequence[Task]) -> list[Task]:
    """Put tasks behind whatever they wait for, otherwise in the order given."""
    return list(Order(tasks).tasks.values())


def select_tasks(tasks: Sequence[Task], wanted: Iterable[str]) -> list[Task]:
    """Give the tasks with these ids and all that they wait for, in order of execution."""
    order = Order(tasks)
    ahead, chosen = list(wanted), set()
    while ahead:
        task_id = ahead.pop()
        if task_id not in chosen:
            chosen.add(task_id)
            ahead += order.needs[task_id].values()
    return [task for task in order.tasks.values() if task.id in chosen]


def _sort(tasks: Sequence[Task], needs: dict[str, dict[str, str]]) -> list[Task]:
    """Sort new tasks by how many must come one after another before them."""
    waits = {task.id: len(set(needs[task.id].values()) & needs.keys()) for task in tasks}
    behind: dict[str, list[str]] = {task.id: [] for task in tasks}
    for task in tasks:
        for maker in set(needs[task.id].values()) & needs.keys():
            behind[maker].append(task.id)
    depths = {task.id: 0 for task in tasks if waits[task.id] == 0}
    ahead = deque(depths)
    while ahead:
        task_id = ahead.popleft()
        for other in behind[task_id]:
            waits[other] -= 1
            if waits[other] == 0:
                depths[other] = depths[task_id] + 1
                ahead.append(other)
    if len(depths) < len(tasks):
        names = ", ".join(task.id for task in tasks if task.id not in depths)
        raise ParameterError(f"tasks: {names} wait for each other. Remove one of the reads.")
    return sorted(tasks, key=lambda task: depths[task.id])
