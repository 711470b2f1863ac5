from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from rapport.analysis.measures import sample_by_digest, signed_log, sort_by_key, to_floats
from rapport.errors import DataError


def test_decimals_integers_and_truth_become_floats():
    drawn = pd.DataFrame({"money": [Decimal("1.10"), Decimal(2)], "n": [1, 2], "is": [True, False]})

    floats = to_floats(drawn, ["money", "n", "is"])

    assert floats.to_numpy().tolist() == [[1.1, 1, 1], [2, 2, 0]]


def test_every_unusable_column_is_named():
    drawn = pd.DataFrame({"a": [1, None], "b": [np.inf, 1]})

    with pytest.raises(DataError, match="in a, b"):
        to_floats(drawn, ["a", "b"])
    with pytest.raises(DataError, match="no column c"):
        to_floats(drawn, ["a", "c"])


def test_the_logarithm_keeps_the_sign():
    assert signed_log(np.array([-np.e + 1, 0, np.e - 1])).tolist() == pytest.approx([-1, 0, 1])


def test_customers_need_a_key_of_their_own():
    with pytest.raises(DataError, match="no column order_key"):
        sort_by_key(pd.DataFrame({"a": [1]}))
    with pytest.raises(DataError, match="1 customers share"):
        sort_by_key(pd.DataFrame({"order_key": [1, 1]}))


def test_a_digest_sample_is_of_the_same_customers_in_any_order():
    keys = pd.Series(np.arange(-500, 500))
    shuffled = keys.sample(frac=1, random_state=1)

    chosen = set(keys.iloc[sample_by_digest(keys, 100)])

    assert set(shuffled.iloc[sample_by_digest(shuffled, 100)]) == chosen
    assert len(chosen) == 100
    assert abs(np.mean(sorted(chosen))) < 100


def test_the_digest_is_that_of_splitmix64():
    assert sample_by_digest(pd.Series(range(10)), 3).tolist() == [3, 5, 7]


def test_a_small_table_is_its_own_sample():
    assert sample_by_digest(pd.Series([5, 3]), 2).tolist() == [0, 1]
