from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy import special

from rapport.analysis.risk_models import (
    Features,
    encode,
    fit_encoder,
    fit_model,
    numbers,
    score_logits,
    score_risks,
    split_contributions,
)
from rapport.errors import DataError

FEATURES = Features(measures=("gross",), plain=("share",), categories=("region",))


@pytest.fixture
def customers():
    rng = np.random.default_rng(8)
    return pd.DataFrame(
        {
            "gross": [Decimal(int(x)) for x in rng.integers(-5, 500, 300)],
            "share": rng.random(300),
            "region": np.tile(["north", "south", "south", None, "north"], 60),
        }
    )


@pytest.fixture
def labels(customers):
    logit = 2 * customers["share"] - 1 + (customers["region"] == "south")
    return (np.random.default_rng(9).random(300) < special.expit(logit)).to_numpy(dtype=int)


def test_the_linear_form_is_standardised_and_levels_are_centred(customers):
    columns = encode(fit_encoder(customers, FEATURES), customers)

    assert columns.mean(axis=0) == pytest.approx(np.zeros(columns.shape[1]))
    assert columns[:, :2].std(axis=0) == pytest.approx([1, 1])


def test_rare_and_unseen_levels_are_other_and_an_empty_cell_is_a_level(customers):
    rare = customers.assign(region=["east", *customers["region"][1:]])
    encoder = fit_encoder(rare, FEATURES)

    assert encoder.levels["region"] == ("", "north", "south", "other")
    unseen = numbers(encoder, rare.head(2).assign(region="west"))
    assert unseen["region=other"].tolist() == [1, 1]


def test_a_measure_that_is_the_same_for_all_stays_zero(customers):
    encoder = fit_encoder(customers.assign(gross=3), FEATURES)

    assert encode(encoder, customers.assign(gross=3))[:, 0].tolist() == [0] * 300


@pytest.mark.parametrize("kind", ["logistic", "boosted"])
def test_both_models_find_what_raises_the_risk(customers, labels, kind):
    model = fit_model(customers, labels, features=FEATURES, kind=kind)

    risks = score_risks(model, customers)

    high = (customers["share"] > 0.8) & (customers["region"] == "south")
    assert risks[high].mean() > risks[~high].mean() + 0.1
    assert ((risks > 0) & (risks < 1)).all()


def test_contributions_add_up_to_the_logit(customers, labels):
    model = fit_model(customers, labels, features=FEATURES, kind="logistic")

    parts = split_contributions(model, customers)

    assert parts.columns.tolist() == ["gross", "share", "region"]
    whole = parts.sum(axis=1) + model.estimator.intercept_[0]
    assert whole.to_numpy() == pytest.approx(score_logits(model, customers))


def test_a_missing_category_is_named(customers):
    with pytest.raises(DataError, match="no column region"):
        fit_encoder(customers.drop(columns="region"), FEATURES)
