import pandas as pd

from rapport.analysis.target_lists import join_lists, list_remarks, measure_lists, study_lists

GIVEN = {"profiling": "given"}


def held(**sizes):
    rows = [
        (name, rank, f"c{rank}", rank, 10.0 * len(name))
        for name, n in sizes.items()
        for rank in range(1, n + 1)
    ]
    return pd.DataFrame(rows, columns=["list", "rank", "customer_id", "order_key", "money"])


def study(rows, lacking=None, *, names=("a", "bb"), consents=None):
    return study_lists(rows, lacking or {}, names=names, consents=consents, default=GIVEN)


def test_lists_are_counted_most_money_first_and_their_customers_once():
    found = study(held(a=20, bb=15))

    assert found.table.to_numpy().tolist() == [["bb", 15, 300.0], ["a", 20, 200.0]]
    told = {one.name: one.value for one in measure_lists(found)}
    assert told["lists.customers"] == 20
    assert found.outcome == "some"


def test_who_refused_to_be_profiled_is_on_no_list_and_ranks_close_up():
    said = pd.DataFrame(
        {"customer_id": ["c1"], "purpose": ["profiling"], "state": ["withdrawn"],
         "changed_at": pd.to_datetime(["2026-01-01"])}
    )  # fmt: skip

    found = study(held(a=12), consents=said, names=("a",))

    assert found.rows["customer_id"].tolist()[:2] == ["c2", "c3"]
    assert found.rows["rank"].tolist() == list(range(1, 12))


def test_a_small_list_is_made_and_not_told_of():
    found = study(held(a=12, bb=3))

    assert found.table["list"].tolist() == ["a"]
    assert found.small == ("bb",)
    assert set(found.rows["list"]) == {"a", "bb"}
    assert list_remarks(found) == [("lists.small", "one")]


def test_what_there_is_to_say_has_a_name():
    none = held()

    assert study(none, names=()).outcome == "none"
    assert study(none).outcome == "nobody"
    assert study(none, {"a": ("segments",)}, names=("a",)).outcome == "lacking"
    assert study(held(a=2)).outcome == "small"
    assert study(held(a=12), {"bb": ("segments",)}).outcome == "some"


def test_files_are_made_of_declared_lists_and_of_those_of_page_one():
    actions = pd.DataFrame(
        {"list_name": ["quiet", "quiet", "unsaid"], "customer_id": ["c9", "c8", "c7"],
         "order_key": [9, 8, 7], "spend_12m": [5, 4, 3]}
    )  # fmt: skip

    rows = join_lists(study(held(a=2)), actions, ["quiet"])

    assert list(zip(rows["list"], rows["rank"], rows["customer_id"], strict=True)) == [
        ("a", 1, "c1"), ("a", 2, "c2"), ("quiet", 1, "c9"), ("quiet", 2, "c8"),
    ]  # fmt: skip
    assert join_lists(study(held()), actions, []) is None
