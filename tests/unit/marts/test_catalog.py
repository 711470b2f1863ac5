from rapport.marts.catalog import MARTS, list_buildable


def test_marts_are_listed_after_what_they_read():
    canonical = {"snapshot", "orders", "customers", "subscriptions", "interactions"}
    there = set(canonical)

    for name in list_buildable(canonical):
        assert there.issuperset(MARTS[name].reads)
        there.add(name)

    assert there == canonical | set(MARTS)


def test_a_unit_without_contracts_gets_the_marts_of_orders():
    names = list_buildable({"snapshot", "orders", "customers"})

    assert set(MARTS) - set(names) == {
        "subscription_months",
        "subscription_durations",
        "interaction_measures",
    }


def test_only_settings_and_periods_are_made_without_sql():
    assert [name for name, mart in MARTS.items() if mart.sql is None] == ["settings", "periods"]
