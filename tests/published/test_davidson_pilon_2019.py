"""Kaplan-Meier on the Walton data that lifelines ships: 163 fruit flies, median 56 days.

Printed in the quickstart of lifelines (Davidson-Pilon 2019, JOSS 4(40), 1317).
"""

from lifelines.datasets import load_waltons

from rapport.analysis.survival import fit_survival
from rapport.analysis.survival_reading import estimate_median


def test_the_median():
    flies = load_waltons().rename(columns={"T": "duration", "E": "event_observed"})

    curve = fit_survival(flies[["duration", "event_observed"]])

    assert curve.n == 163
    assert estimate_median(curve).value == 56
