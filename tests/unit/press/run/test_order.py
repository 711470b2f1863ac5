from dataclasses import replace

import pytest

from rapport.errors import ParameterError
from rapport.press.run.order import Order, Queue
from rapport.press.run.tasks import ReportTask, TableTask


def task(name, *, reads=(), period="2010-11", unit="shop"):
    return TableTask(
        name, unit, period, name, "module:function", {}, {table: table for table in reads}, ()
    )


def report(name, *needs):
    return ReportTask(name, "shop", "2010-11", "module:function", {}, needs, ())


def take_all(order):
    taken = []
    while (found := order.take_open()) is not None:
        taken.append(found.id)
    return taken


def test_a_task_is_open_once_all_its_makers_are_settled():
    order = Order([task("c", reads=("a", "b")), task("a"), task("b")])

    assert take_all(order) == ["a", "b"]
    order.settle("a")
    assert take_all(order) == []
    order.settle("b")
    assert take_all(order) == ["c"]


def test_a_task_that_joins_does_not_wait_for_what_is_settled():
    order = Order([task("orders", period=None)])
    take_all(order)
    order.settle("orders")

    order.add([task("b", reads=("orders",)), task("c", reads=("b",))])

    assert order.needs["b"] == {"orders": "orders"}
    assert take_all(order) == ["b"]


def test_a_task_that_joins_waits_for_what_still_runs():
    order = Order([task("orders", period=None)])
    take_all(order)

    order.add([task("b", reads=("orders",))])

    assert take_all(order) == []
    order.settle("orders")
    assert take_all(order) == ["b"]


def test_a_report_waits_for_the_tasks_that_it_prints():
    order = Order([report("r", "a"), task("a")])

    assert take_all(order) == ["a"]
    order.settle("a")
    assert take_all(order) == ["r"]


def test_a_report_waits_for_one_that_it_comes_after_if_that_is_made_at_all():
    first = report("r", "a")
    second = replace(report("s", "a"), after=("r", "never"))
    order = Order([second, first, task("a")])

    assert take_all(order) == ["a"]
    order.settle("a")
    assert take_all(order) == ["r"]
    order.settle("r")
    assert take_all(order) == ["s"]


def test_a_second_maker_that_joins_is_an_error():
    order = Order([task("a")])
    twin = TableTask("other", "shop", "2010-11", "a", "module:function", {}, {}, ())

    with pytest.raises(ParameterError, match="other: writes a, as a does"):
        order.add([twin])


def drain(order, seconds):
    queue = Queue(order, lambda task: seconds.get(task.id, 1))
    queue.join(list(order.tasks.values()))
    for task_id in take_all(order):
        queue.push(task_id)
    return [queue.pop() for _ in range(len(queue))]


def test_the_task_with_the_longest_way_to_an_end_goes_first():
    order = Order([task("long"), task("short"), task("first"), task("last", reads=("first",))])

    assert drain(order, {"long": 4, "short": 1, "first": 2, "last": 5}) == [
        "first", "long", "short",
    ]  # fmt: skip


def test_tasks_with_ways_of_one_length_go_as_given():
    assert drain(Order([task("b"), task("c"), task("a")]), {}) == ["b", "c", "a"]


def test_what_opens_other_tasks_goes_before_any_other():
    order = Order([task("long"), task("orders", period=None)])

    assert drain(order, {"long": 100}) == ["orders", "long"]


def test_tasks_that_join_find_their_place_among_those_that_wait():
    order = Order([task("a"), task("b")])
    queue = Queue(order, lambda task: {"a": 3, "b": 1, "c": 2}[task.id])
    queue.join(list(order.tasks.values()))
    for task_id in take_all(order):
        queue.push(task_id)
    first = queue.pop()

    queue.join(order.add([task("c")]))
    for task_id in take_all(order):
        queue.push(task_id)

    assert [first, queue.pop(), queue.pop()] == ["a", "c", "b"]


def test_what_tasks_take_is_not_asked_for_before_one_has_to_run():
    order, asked = Order([task("a"), task("b")]), []
    queue = Queue(order, lambda task: asked.append(task.id) or 1)
    queue.join(list(order.tasks.values()))
    order.settle("a")
    assert asked == []

    queue.push("b")
    queue.pop()

    assert asked == ["b"]


def test_a_task_does_not_wait_behind_one_whose_place_has_no_room():
    order = Order([task("a"), task("b"), task("c")])
    far = {"a": "far", "b": "far", "c": "near"}
    queue = Queue(order, lambda task: {"a": 3, "b": 2, "c": 1}[task.id], lambda t: far[t.id])
    queue.join(list(order.tasks.values()))
    for name in take_all(order):
        queue.push(name)

    assert queue.pop(("near",)) == "c"
    assert not queue.has_any(("near",))
    assert [queue.pop(("near", "far")), queue.pop(("far",))] == ["a", "b"]
    assert len(queue) == 0
