import itertools
import sys
from dataclasses import replace

import pytest

from rapport.errors import ParameterError
from rapport.press.run.execute import run_tasks
from rapport.press.run.keys.sources import chapter_name, make_chapter_task
from rapport.press.run.order import order_tasks, select_tasks
from rapport.press.run.plan import describe_plan, plan
from rapport.press.run.tasks import TableTask


@pytest.fixture
def world(make_world, tmp_path):
    return make_world(tmp_path, orders=b"orders")


@pytest.fixture
def write(write_chapter, tmp_path):
    return lambda *cells, **options: write_chapter(tmp_path, *cells, **options)


def keep(world, planned):
    """Note in the store that a planned task was executed, with empty tables."""
    empty = world.store.add_bytes(b"")
    table = {"digest": empty, "n_rows": 0, "size": 0, "kinds": {}}
    tables = dict.fromkeys(planned.task.writes, table)
    record = {
        "tables": tables, "notebook": None, "values": [], "warnings": [],
        "seconds": 1.0, "cpu_seconds": 1.0, "peak_bytes": 1,
    }  # fmt: skip
    world.store.write_task(planned.key, record)
    world.store.write_last(planned.task.id, planned.parts)


def keep_all(tasks, world):
    for _ in tasks:
        for planned in plan(tasks, world):
            if planned.key is not None:
                keep(world, planned)


def outline(planned):
    return [(p.task.id.split("/")[-1], p.action, p.reason) for p in planned]


def test_tasks_come_behind_what_they_wait_for_and_otherwise_as_given(write):
    c = write("03_c", "", reads=("b",))
    b = write("02_b", "", reads=("a",), writes=("b",))
    a = write("01_a", "", writes=("a",))
    d = write("04_d", "")

    assert [task.chapter for task in order_tasks([c, b, d, a])] == ["d", "a", "b", "c"]


def test_a_table_of_all_periods_is_found_behind_one_of_the_same_period(write):
    ingestion = replace(write("01_ingestion", "", writes=("orders",)), period=None)
    reader = write("02_reader", "", reads=("orders",))

    assert order_tasks([reader, ingestion]) == [ingestion, reader]


def test_two_makers_of_one_table_are_an_error(write):
    tasks = [write("01_a", "", writes=("t",)), write("02_b", "", writes=("t",))]

    with pytest.raises(ParameterError, match="2010-11/b: writes t, as shop/2010-11/a does"):
        order_tasks(tasks)


def test_tasks_that_wait_for_each_other_are_an_error(write):
    tasks = [
        write("01_a", "", reads=("b",), writes=("a",)),
        write("02_b", "", reads=("a",), writes=("b",)),
    ]

    with pytest.raises(ParameterError, match="wait for each other"):
        order_tasks(tasks)


def test_selected_tasks_bring_what_they_wait_for(write):
    a = write("01_a", "", writes=("a",))
    b = write("02_b", "", reads=("a",))
    c = write("03_c", "", reads=("a",))

    assert select_tasks([a, b, c], [c.id]) == [a, c]


def test_a_new_project_executes_everything_as_far_as_it_is_known(world, write):
    a = write("01_a", "", reads=("orders",), writes=("t",))
    b = write("02_b", "", reads=("t",))

    planned = plan([b, a], world)

    assert outline(planned) == [("a", "execute", "never run"), ("b", "execute", "never run")]
    assert planned[0].key is not None
    assert planned[1].key is None


def test_what_was_executed_is_reused(world, write):
    tasks = [write("01_a", "", writes=("t",)), write("02_b", "", reads=("t",))]
    keep_all(tasks, world)

    assert outline(plan(tasks, world)) == [
        ("a", "reuse", "unchanged"),
        ("b", "reuse", "unchanged"),
    ]


def test_fresh_executes_although_the_key_is_known(world, write):
    tasks = [write("01_a", "")]
    keep_all(tasks, world)

    assert outline(plan(tasks, world, fresh=True)) == [("a", "execute", "asked for")]


def test_only_what_was_touched_is_executed_and_for_the_reason_given(world, write):
    a = write("01_a", "days: int = 90", days=90, writes=("t",))
    tasks = [a, write("02_b", "", reads=("orders",)), write("03_c", "", reads=("t",))]
    keep_all(tasks, world)

    tasks[0] = replace(a, parameters={"days": 60})

    assert outline(plan(tasks, world)) == [
        ("a", "execute", "parameter days 90 -> 60"),
        ("b", "reuse", "unchanged"),
        ("c", "execute", "needs t, to be made first"),
    ]


def test_edited_prose_and_comments_execute_nothing(world, write):
    keep_all([write("01_a", "x = 1", "# Old")], world)

    assert outline(plan([write("01_a", "x = 1  # one", "# New")], world)) == [
        ("a", "reuse", "unchanged")
    ]


def test_a_table_half_written_in_the_store_is_made_again(world, write):
    tasks = [write("01_a", "", writes=("t",))]
    keep_all(tasks, world)
    broken = world.store.object_path(world.store.add_bytes(b""))
    broken.chmod(0o644)
    broken.write_bytes(b"half")

    assert outline(plan(tasks, world)) == [("a", "execute", "its result is no longer in the store")]


def test_an_unknown_parameter_is_an_error_with_the_nearest_right_name(world, write):
    task = write("06_churn", "churn_after_days: int = 90", chrun_after_days=60)

    with pytest.raises(ParameterError, match=r"06_churn\.ipynb: no parameter chrun_after_days. "
                       r"Did you mean churn_after_days\?"):  # fmt: skip
        plan([task], world)


def test_an_optional_table_is_part_of_the_key_where_the_unit_has_it(make_world, tmp_path, write):
    task = write("01_a", "", optional=("plans",))

    without, having = (
        plan([task], make_world(tmp_path, **given))[0] for given in ({}, {"plans": b"plans"})
    )

    assert None is not without.key != having.key


def test_a_chapter_waits_for_an_optional_table_too(world, write):
    tasks = [
        write("01_a", "days: int = 90", days=90, writes=("t",)),
        write("02_b", "", optional=("t",)),
    ]
    keep_all(tasks, world)

    tasks[0] = replace(tasks[0], parameters={"days": 60})

    assert outline(plan(tasks, world))[1] == ("b", "execute", "needs t, to be made first")


def test_a_given_table_that_left_the_store_is_not_there(world, write):
    task = write("01_a", "", reads=("orders",))
    world.store.object_path(world.given["shop", None]["orders"]).unlink()

    assert plan([task], world)[0].key is None


def test_the_plan_as_json_holds_chapters_only(world, write, tmp_path):
    mart = TableTask("m", "shop", "2010-11", "t", "a:b", {}, {}, ())
    chapter = write("02_b", "days: int = 90", reads=("t",), days=60)

    described = describe_plan(plan([mart, chapter], world), tmp_path)

    assert described == {
        "tasks": [
            {
                "unit": "shop", "period": "2010-11", "chapter": "b",
                "notebook": "notebooks/02_b.ipynb", "parameters": {"days": 60},
                "action": "execute", "reason": "never run", "key": None,
            }
        ]
    }  # fmt: skip


def test_a_chapter_task_takes_the_parameters_that_its_notebook_names(write):
    notebook = write(
        "06_churn", "days: int = 90\nunit: str = 'x'", 'chapter.read("orders")'
    ).notebook

    task = make_chapter_task(
        notebook, ("shop", None), parameters={"days": 60, "unit": "shop", "k": 3}, context={}
    )

    assert task.id == "shop/all-periods/churn"
    assert task.parameters == {"days": 60, "unit": "shop"}
    assert task.reads == ("orders",)
    assert task.unit_fields is None


def test_a_chapter_task_sees_the_shared_fields_and_those_it_names(write):
    notebook = write("06_churn", "", "chapter.unit.k").notebook

    task = make_chapter_task(notebook, ("shop", None), parameters={}, context={}, frame=("title",))

    assert task.unit_fields == ("title", "k")


def test_a_chapter_without_a_number_keeps_its_name(tmp_path):
    assert chapter_name(tmp_path / "extra_pages.ipynb") == "extra_pages"


@pytest.fixture
def opened():
    """List the files that are opened from now on."""
    paths, is_on = [], [True]

    def note(event, facts):
        if event == "open" and is_on and isinstance(facts[0], str):
            paths.append(facts[0])

    sys.addaudithook(note)  # for as long as the process lives
    yield paths
    is_on.clear()


def test_a_notebook_of_many_units_is_read_once(world, write, opened):
    notebooks = [write(f"{n:02}_c{n}", "days: int = 90", days=90) for n in range(3)]
    tasks = [
        replace(task, id=f"{task.id}/{unit}", unit=f"unit-{unit}", uses=("rapport.errors",))
        for task in notebooks
        for unit in range(5)
    ]
    for planned in plan(tasks, world):
        keep(world, planned)
    opened.clear()

    results = run_tasks(tasks, world)

    assert {result.status for result in results.values()} == {"reused"}
    # Nothing has touched them since the tasks were made of them.
    assert not any(path.endswith(".ipynb") for path in opened)
    assert sum(path.endswith("errors.py") for path in opened) == 1


def count_calls(tasks, world):
    """Count the calls that planning tasks takes, those of the interpreter's own functions too."""
    counted = itertools.count()
    sys.setprofile(lambda _, event, __: next(counted) if event in ("call", "c_call") else None)
    try:
        plan(tasks, world)
    finally:
        sys.setprofile(None)
    return next(counted)


def test_four_times_as_many_tasks_take_four_times_as_much_work(world):
    def draw(n_tasks):
        """Give tables, the last of each ten reading the others."""
        return [
            TableTask(
                f"u{n_tasks}-{n // 10}/p/t{n}", f"u{n_tasks}-{n // 10}", "p", f"t{n}", "a:b", {},
                {f"t{k}": f"t{k}" for k in range(n - 9, n)} if n % 10 == 9 else {}, (),
            )
            for n in range(n_tasks)
        ]  # fmt: skip

    few, many = draw(100), draw(400)
    for tasks in (few, few, many, many):
        for planned in plan(tasks, world):
            if planned.key is not None:
                keep(world, planned)

    assert {p.action for p in plan(many, world)} == {"reuse"}
    assert count_calls(many, world) < 4.2 * count_calls(few, world)
