from rapport.marts.catalog import MARTS, list_buildable
from rapport.schema import SCHEMAS


def test_marts_are_listed_after_what_they_read():
    canonical = set(SCHEMAS)
    there = set(canonical)

    for name in list_buildable(canonical):
        assert there.issuperset(MARTS[name].reads)
        there.add(name)

    assert there == canonical | set(MARTS)


def test_a_unit_without_contracts_gets_the_marts_of_orders():
    names = list_buildable({"snapshot", "orders", "customers"})

    others = set(SCHEMAS) - {"snapshot", "orders", "customers"}
    lacking: set[str] = set()
    for name, mart in MARTS.items():
        lacking |= {name} if (others | lacking) & set(mart.reads) else set()
    assert {"subscription_months", "interaction_measures"} <= lacking
    assert set(MARTS) - set(names) == lacking


def test_only_what_comes_from_parameters_or_opens_lists_is_made_without_sql():
    assert {name for name, mart in MARTS.items() if mart.sql is None} == {
        "settings",
        "periods",
        "tags_held",
        "funnel_steps",
        "feedback_texts",
        "declared_interests",
    }
