import pandas as pd

from rapport.analysis.behaviour import (
    choose_behaviour,
    list_ends,
    list_moves,
    measure_behaviour,
    name_places,
)
from support import table

LIMITS = {"min_n": 30, "min_count": 10, "confidence": 0.95, "seed": 0}
ENDS = """
    place  n_visits  n_dropped  n
    cart          1          0  60
    cart          2          1  40
    home          1          1  90
    home          3          0  10
    seldom        1          1  29
    spared        1          0  80
    spared        1          1   9
"""
MOVES = """
    place  next_place  n_visits  n_customers  n_visits_place
    home   cart              70           60             120
    cart   home              20           15             140
"""


def test_places_are_listed_by_the_visits_that_ended_there():
    ends = list_ends(table(ENDS), **LIMITS)

    assert ends["place"].tolist() == ["home", "cart"]
    assert ends[["n_customers", "n_visits", "n_dropped"]].to_numpy().tolist() == [
        [100, 120, 90], [100, 140, 40],
    ]  # fmt: skip
    assert ends["share"].tolist() == [0.75, 40 / 140]
    assert (ends["low"] < ends["share"]).all()
    assert (ends["share"] < ends["high"]).all()


def test_a_place_of_too_few_customers_or_where_too_few_stopped_is_left_out():
    places = set(list_ends(table(ENDS), **LIMITS)["place"])

    assert not places & {"seldom", "spared"}


def test_shuffled_rows_change_nothing():
    drawn = table(ENDS)

    pd.testing.assert_frame_equal(list_ends(drawn, **LIMITS), list_ends(drawn[::-1], **LIMITS))


def test_without_a_log_nothing_is_said():
    ends, moves = list_ends(None, **LIMITS), list_moves(None)

    assert ends.empty
    assert moves.empty
    assert choose_behaviour(ends, moves) == []
    assert measure_behaviour(ends, moves) == []
    assert name_places(ends, moves) == {}


def test_the_first_of_each_table_is_what_is_said():
    ends, moves = list_ends(table(ENDS), **LIMITS), list_moves(table(MOVES))

    measured = {one.name: one.value for one in measure_behaviour(ends, moves)}

    assert measured == {
        "ends.visits": 120, "ends.dropped": 90, "ends.share": 0.75, "moves.visits": 70,
        "moves.at": 120,
    }  # fmt: skip
    assert name_places(ends, moves) == {
        "ends_place": "home", "moves_from": "home", "moves_to": "cart",
    }  # fmt: skip
    assert choose_behaviour(ends, moves) == ["ends", "moves"]
