"""What SQL a unit's file may hold."""

import pytest

from rapport.tables.engine import Engine
from rapport.tables.expressions import check_expression


@pytest.fixture(scope="module")
def engine():
    with Engine({}) as opened:
        yield opened


@pytest.mark.parametrize(
    "sql",
    [
        "Quantity * cast(Price as decimal(18, 4))",
        "upper(trim(code))",
        "case when a like 'C%' then 'return' else 'sale' end",
        "a is null and not b between 1 and 2",
        "a in ('x', 'y') or a ilike 'z%'",
        "coalesce(a, b)[1]",
        "regexp_replace(a, '[.]0$', '')",
        "date_trunc('month', a) + interval 3 day",
        "'constant'",
        "a -- with a comment",
    ],
)
def test_a_scalar_expression_over_columns_is_taken(engine, sql):
    assert check_expression(engine, sql).refusal == ""


@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        ("(select 1)", "holds a subquery"),
        ("exists(select 1)", "holds a subquery"),
        ("sum(a)", "calls sum"),
        ("row_number() over ()", "holds a window"),
        ("read_text('/etc/passwd')", "calls read_text"),
        ("current_setting('home_directory')", "calls current_setting"),
        ("getvariable('x')", "calls getvariable"),
        ("random()", "calls random"),
        ("now()", "calls now"),
        ("current_date", "reads the clock"),
        ("list_transform(a, x -> x)", "calls list_transform"),
        ("*", "holds a star"),
        ("a from b", "more than one expression"),
        ("a where b", "more than one expression"),
        ("a limit 1", "more than one expression"),
        ("1, 2", "more than one expression"),
        ("1; drop table b", "no SQL expression"),
        ("1; select 2", "more than one expression"),
        ("1); drop table b; --", "no SQL expression"),
        ("", "no SQL expression"),
    ],
)
def test_anything_else_is_refused(engine, sql, refusal):
    assert refusal in check_expression(engine, sql).refusal


def test_the_columns_read_are_named_once_in_order(engine):
    checked = check_expression(engine, 'b + "Customer ID" + b + upper(a)')

    assert checked.columns == ("b", "Customer ID", "a")
