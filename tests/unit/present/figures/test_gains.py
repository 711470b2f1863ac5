import pandas as pd

from rapport.present.figures.gains import gain_curve
from rapport.present.labels import LANGUAGES
from rapport.present.pieces import describe_figure


def test_the_best_number_of_contacts_is_named_in_both_languages():
    gains = [0.0, 300.0, 800.0, -2000.0]
    points = pd.DataFrame({"n": [0, 40, 120, 400], "gain": gains})

    spec = gain_curve(points.assign(is_best=points["n"] == 120), id="churn.cost", unit="GBP")

    assert "120" in spec.alt.text("en")
    assert all(describe_figure(spec)["alt"][language] for language in LANGUAGES)


def test_money_beyond_all_measure_can_be_drawn():
    points = pd.DataFrame({"n": [0, 1], "gain": [0.0, 1e12], "is_best": [False, True]})

    assert describe_figure(gain_curve(points, id="churn.cost", unit="GBP"))
