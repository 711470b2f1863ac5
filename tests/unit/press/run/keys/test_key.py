from dataclasses import replace
from pathlib import Path

import pytest

from rapport.press.run.kernels.settings import Conditions
from rapport.press.run.keys.key import chapter_parts, execution_key, explain, table_parts
from rapport.press.run.tasks import ChapterTask, TableTask

CONDITIONS = Conditions("lock 1", "3.11", {"TZ": "UTC"})
CHURN = ChapterTask(
    id="shop/2010-11/churn", unit="shop", period="2010-11", chapter="churn",
    notebook=Path("notebooks/06_churn.ipynb"), parameters={"churn_after_days": 90},
    context={
        "as_of": "2010-11-30",
        "unit_parameters": {"k": 4, "currency": "GBP"},
        "sources": {"log": {"paths": ["data/log.txt"], "digest": "s1"}},
    },
)  # fmt: skip
MART = TableTask("m", "shop", "2010-11", "measures", "rapport.marts.build:run_task",
                 {"x": 1}, {"orders": "orders"}, ("rapport.marts.build",))  # fmt: skip


def parts(task=CHURN, *, cells=("a", "b"), conditions=CONDITIONS, modules=None, tables=None):
    return chapter_parts(
        task,
        cells=cells,
        modules={"analysis/rfm.py": "m1"} if modules is None else modules,
        tables={"customers": "t1"} if tables is None else tables,
        conditions=conditions,
    )


def with_context(**context):
    return replace(CHURN, context={**CHURN.context, **context})


def test_the_same_parts_give_the_same_key_in_any_order():
    parts_turned = dict(reversed(parts().items()))

    assert execution_key(parts()) == execution_key(parts_turned)


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (parts(replace(CHURN, parameters={"churn_after_days": 60})),
         "parameter churn_after_days 90 -> 60"),
        (parts(replace(CHURN, parameters={"churn_after_days": 90.0})),
         "parameter churn_after_days 90 -> 90.0"),
        (parts(modules={"analysis/rfm.py": "m2"}), "`analysis/rfm.py` changed"),
        (parts(modules={"analysis/rfm.py": "m1", "a.py": "m"}), "`a.py` changed"),
        (parts(tables={"customers": "t2"}), "customers: content changed"),
        (parts(tables={"customers": "t1", "nps": "t"}), "nps: now read"),
        (parts(tables={}), "customers: no longer read"),
        (parts(cells=("a", "c")), "code cell 2 changed"),
        (parts(cells=("a", "b", "c")), "code cells 2 -> 3"),
        (parts(conditions=replace(CONDITIONS, lock="lock 2")), "requirements.lock changed"),
        (parts(conditions=replace(CONDITIONS, python="3.12")), "Python 3.11 -> 3.12"),
        (parts(conditions=replace(CONDITIONS, enforced={"TZ": "GMT"})),
         'setting TZ "UTC" -> "GMT"'),
        (parts(with_context(as_of="2010-10-31")), 'as_of "2010-11-30" -> "2010-10-31"'),
        (parts(with_context(unit_parameters={"k": 5, "currency": "GBP"})), "parameter k 4 -> 5"),
        (parts(with_context(sources={"log": {"paths": [], "digest": "s2"}})),
         "source log: content changed"),
    ],
)  # fmt: skip
def test_what_moves_moves_the_key_and_is_the_reason(new, reason):
    assert execution_key(new) != execution_key(parts())
    assert explain(parts(), new) == reason


def test_where_a_source_lies_moves_nothing():
    moved = with_context(sources={"log": {"paths": ["elsewhere/log.txt"], "digest": "s1"}})

    assert execution_key(parts(moved)) == execution_key(parts())


def test_a_field_of_the_unit_that_the_chapter_cannot_see_moves_nothing():
    sees_currency = replace(CHURN, unit_fields=("currency",))
    other_k = replace(
        with_context(unit_parameters={"k": 5, "currency": "GBP"}), unit_fields=("currency",)
    )

    assert execution_key(parts(other_k)) == execution_key(parts(sees_currency))


def test_the_first_three_reasons_are_named_and_the_others_counted():
    old = {"modules": dict.fromkeys("abcde", 1)}
    new = {"modules": dict.fromkeys("abcde", 2)}

    assert explain(old, new) == "`a` changed; `b` changed; `c` changed; and 2 more"


def test_a_task_without_a_past_was_never_run():
    assert explain(None, parts()) == "never run"


def test_equal_parts_that_must_run_again_have_lost_their_result():
    assert explain(parts(), parts()) == "its result is no longer in the store"


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        execution_key({"parameters": {"x": float("nan")}})


def test_equal_tables_of_two_units_have_one_key():
    keys = {
        execution_key(table_parts(task, modules={}, tables={"orders": "t"}, conditions=CONDITIONS))
        for task in (MART, replace(MART, id="n", unit="mall", period="2010-10"))
    }

    assert len(keys) == 1
