"""Cox's regression of leaving among IBM's Telco customers, four strata.

Printed in "Customer Churn" of the examples of lifelines (Davidson-Pilon 2019, JOSS 4(40), 1317).
"""

import pytest

from published.reference_data import assert_as_printed, read_telco
from rapport.analysis.cox import Covariates, fit_cox

YES_OR_NO = (
    "Partner",
    "Dependents",
    "MultipleLines",
    "OnlineSecurity",
    "OnlineBackup",
    "DeviceProtection",
    "TechSupport",
    "PaperlessBilling",
)
REFERENCES = {
    "gender": "Female",
    "Contract": "Month-to-month",
    "PaymentMethod": "Bank transfer (automatic)",
}


@pytest.fixture(scope="module")
def fit():
    customers = read_telco()
    answers = {name: (customers[name] == "Yes").astype(int) for name in YES_OR_NO}
    return fit_cox(
        customers.assign(**answers),
        Covariates(
            numbers=("SeniorCitizen", "MonthlyCharges", *YES_OR_NO),
            categories=REFERENCES,
            strata=("InternetService", "StreamingMovies", "StreamingTV", "PhoneService"),
        ),
    )


def test_the_fit(fit):
    assert_as_printed(fit.log_likelihood, "-10106.05")
    assert_as_printed(fit.concordance, ".83")
    assert_as_printed(fit.likelihood_ratio, "2614.83")
    assert fit.df == 16


@pytest.mark.parametrize(
    ("covariate", "level", "printed"),
    [
        ("Contract", "One year", "-1.59"),
        ("Contract", "Two year", "-3.11"),
        ("PaymentMethod", "Electronic check", ".56"),
        ("Partner", "", "-.53"),
    ],
)
def test_coefficients(fit, covariate, level, printed):
    row = fit.table.set_index(["covariate", "level"]).loc[(covariate, level)]

    assert_as_printed(row["coefficient"], printed)


def test_ratios_are_of_a_level_against_its_reference(fit):
    yearly = fit.table.query("level == 'One year'").iloc[0]

    assert yearly["reference"] == "Month-to-month"
    assert (yearly["n"], yearly["n_events"]) == (1473, 166)
