"""Published figures that need no file from outside: what others printed, and what we compute.

Data are a source's own small table, or come with a library of the base installation. Larger data
sets are held by `tests/published`, where the folders of RAPPORT_DATA_PATH have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import pandas as pd

Found = Iterable[tuple[str, str, float]]
"""What is printed: its name, its digits, and our number."""


@dataclass(frozen=True)
class Study:
    """One source: what it is about, who printed it, and how its figures are made."""

    method: str
    method_zh: str
    source: str
    figures: Callable[[], Found]


def is_as_printed(value: float, printed: str) -> bool:
    """Say whether a number rounds to the digits that are printed.

    Examples
    --------
    >>> is_as_printed(0.16114, ".1611"), is_as_printed(0.1612, ".1611")
    (True, False)
    """
    digits = Decimal(printed)
    exponent = digits.as_tuple().exponent
    assert isinstance(exponent, int)
    return abs(Decimal(repr(float(value))) - digits) <= Decimal(1).scaleb(exponent) / 2


def _wilson() -> Iterator[tuple[str, str, float]]:
    from rapport.analysis.intervals import wilson  # noqa: PLC0415 - pandas and scipy take a second

    printed = (
        (81, 263, ".2553", ".3662"), (15, 148, ".0624", ".1605"),
        (0, 20, ".0000", ".1611"), (1, 29, ".0061", ".1718"),
    )  # fmt: skip
    for k, n, low, high in printed:
        interval = wilson(k, n)
        yield f"{k} of {n}, lower end", low, interval.low
        yield f"{k} of {n}, upper end", high, interval.high


def _newcombe() -> Iterator[tuple[str, str, float]]:
    from rapport.analysis.intervals import newcombe  # noqa: PLC0415

    printed = (
        (56, 70, 48, 80, ".0524", ".3339"), (9, 10, 3, 10, ".1705", ".8090"),
        (6, 7, 2, 7, ".0582", ".8062"), (5, 56, 0, 29, "-.0381", ".1926"),
        (0, 10, 0, 20, "-.1611", ".2775"), (10, 10, 0, 20, ".6791", "1.0000"),
    )  # fmt: skip
    for k1, n1, k2, n2, low, high in printed:
        interval = newcombe(k1, n1, k2, n2)
        yield f"{k1}/{n1} - {k2}/{n2}, lower end", low, interval.low
        yield f"{k1}/{n1} - {k2}/{n2}, upper end", high, interval.high


P_VALUES = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
    0.6528, 0.7590, 1.0,
)  # fmt: skip


def _families() -> Iterator[tuple[str, str, float]]:
    from rapport.analysis.families import adjust_p_values  # noqa: PLC0415

    adjusted = adjust_p_values(pd.Series(P_VALUES))
    yield "differences of fifteen at .05", "4", float((adjusted <= 0.05).sum())


def _stones() -> Iterator[tuple[str, str, float]]:
    from rapport.analysis.mix_rate import split_change  # noqa: PLC0415

    sizes = ["small", "large"]
    stones = pd.DataFrame(
        {"n_then": [270, 80], "total_then": [234, 55], "n_now": [87, 263], "total_now": [81, 192]},
        index=sizes,
    )
    split = split_change(stones)
    assert split is not None
    yield "success of keyhole surgery, percent", "83", float(100 * split.then)
    yield "success of open surgery, percent", "78", float(100 * split.now)
    rates = (("then", ("87", "69")), ("now", ("93", "73")))
    for when, printed in rates:
        for size, digits in zip(sizes, printed, strict=True):
            ours = 100 * float(split.groups[f"rate_{when}"][size])
            yield f"success at {size} stones, {when}, percent", digits, ours


def _waltons() -> Iterator[tuple[str, str, float]]:
    from lifelines.datasets import load_waltons  # noqa: PLC0415

    from rapport.analysis.survival import fit_survival  # noqa: PLC0415
    from rapport.analysis.survival_reading import estimate_median  # noqa: PLC0415

    flies = load_waltons().rename(columns={"T": "duration", "E": "event_observed"})
    median = estimate_median(fit_survival(flies[["duration", "event_observed"]])).value
    yield "median survival, days", "56", float(median or 0)


LEUKEMIA = ((6, ".857"), (7, ".807"), (10, ".753"), (13, ".690"), (16, ".627"), (22, ".538"),
            (23, ".448"))  # fmt: skip


def _leukemia() -> Iterator[tuple[str, str, float]]:
    from lifelines.datasets import load_leukemia  # noqa: PLC0415

    from rapport.analysis.survival import fit_survival  # noqa: PLC0415
    from rapport.analysis.survival_groups import compare_survival  # noqa: PLC0415
    from rapport.analysis.survival_reading import estimate_median, survival_at  # noqa: PLC0415

    patients = load_leukemia().rename(columns={"t": "duration", "status": "event_observed"})
    treated = patients[patients["Rx"] == 0]
    curve = fit_survival(treated[["duration", "event_observed"]])
    weeks = [week for week, _ in LEUKEMIA]
    ours = survival_at(curve, weeks)["survival"].tolist()
    for (week, digits), value in zip(LEUKEMIA, ours, strict=True):
        yield f"in remission after {week} weeks", digits, float(value)
    yield "median remission, weeks", "23", float(estimate_median(curve).value or 0)
    yield "log-rank statistic", "16.79", float(compare_survival(patients, by="Rx").chi2 or 0)


def _rossi() -> Iterator[tuple[str, str, float]]:
    from lifelines.datasets import load_rossi  # noqa: PLC0415

    from rapport.analysis.cox import Covariates, fit_cox  # noqa: PLC0415

    spells = load_rossi().rename(columns={"week": "duration", "arrest": "event_observed"})
    fit = fit_cox(spells, Covariates(("fin", "age", "race", "wexp", "mar", "paro", "prio")))
    rows = fit.table.set_index("covariate")["coefficient"]
    for name, digits in (("fin", "-.379422"), ("age", "-.057438"), ("prio", ".091497")):
        yield f"coefficient of {name}", digits, float(rows[name])
    yield "partial log-likelihood", "-658.748", float(fit.log_likelihood or 0)
    yield "concordance", ".640", float(fit.concordance or 0)


STAYED = {
    "High End": (1000, 869, 743, 653, 593, 551, 517, 491),
    "Regular": (1000, 631, 468, 382, 326, 289, 262, 241),
}
SBG = {
    "High End": (".668", "3.806", "-1611.2"),
    "Regular": (".704", "1.182", "-1680.3"),
}


def _retention() -> Iterator[tuple[str, str, float]]:
    from rapport.analysis.sbg import fit_sbg, project_survival  # noqa: PLC0415

    for cohort, stayed in STAYED.items():
        lost = [before - after for before, after in pairwise(stayed)]
        last = len(lost)
        fitted = fit_sbg([*range(1, last + 1), last], [*[True] * last, False], [*lost, stayed[-1]])
        alpha, beta, likelihood = SBG[cohort]
        yield f"{cohort}, alpha", alpha, fitted.alpha
        yield f"{cohort}, beta", beta, fitted.beta
        yield f"{cohort}, log-likelihood", likelihood, fitted.log_likelihood
        if cohort == "High End":
            ours = project_survival(fitted, range(8, 13))
            for year, digits in enumerate(("46.0", "43.6", "41.4", "39.5", "37.8"), start=8):
                yield f"{cohort}, percent left in year {year}", digits, 100 * float(ours[year - 8])


def _expected_orders() -> Iterator[tuple[str, str, float]]:
    from rapport.analysis.bgnbd import BgNbd  # noqa: PLC0415
    from rapport.analysis.bgnbd_histories import collapse  # noqa: PLC0415
    from rapport.analysis.bgnbd_predict import expect_orders  # noqa: PLC0415

    fitted = BgNbd(0.243, 4.414, 0.793, 2.426, -9582.4, 2357, None, 0.0)
    history = collapse([2], [213], [272])  # 30.43 and 38.86 weeks, in days
    ours = float(expect_orders(fitted, history, [273.0])[0, 0])
    yield "orders in 39 weeks of x 2, t_x 30.43, T 38.86", "1.226", ours


def _expected_amount() -> Iterator[tuple[str, str, float]]:
    from rapport.analysis.gamma_gamma import expect_amount  # noqa: PLC0415

    ours = float(expect_amount((6.25, 3.74, 15.44), [2], [22.35])[0])
    yield "mean amount of x 2, mean 22.35", "24.66", ours


STUDIES = (
    Study(
        "interval of a share",
        "比例的区间",
        "Newcombe (1998), Statistics in Medicine 17, 857-872",
        _wilson,
    ),
    Study(
        "difference of two shares",
        "两个比例之差",
        "Newcombe (1998), Statistics in Medicine 17, 873-890",
        _newcombe,
    ),
    Study(
        "many comparisons", "多重比较", "Benjamini & Hochberg (1995), JRSS B 57, 289-300", _families
    ),
    Study("mix and rate", "结构与比率", "Charig et al. (1986), BMJ 292, 879-882", _stones),
    Study(
        "Kaplan-Meier",
        "Kaplan-Meier 估计",
        "Davidson-Pilon (2019), JOSS 4(40), 1317: Walton data",
        _waltons,
    ),
    Study(
        "Kaplan-Meier, log-rank",
        "Kaplan-Meier 与对数秩",
        "Kleinbaum & Klein (2012), Survival Analysis",
        _leukemia,
    ),
    Study("Cox's regression", "Cox 回归", "Rossi et al. (1980), as printed by lifelines", _rossi),
    Study(
        "retention of contracts", "合同留存", "Fader & Hardie (2007), JIM 21(1), 76-90", _retention
    ),
    Study(
        "expected orders",
        "预期订单数",
        "Fader, Hardie & Lee (2005), Marketing Science 24(2)",
        _expected_orders,
    ),
    Study("expected amount", "预期金额", "Fader & Hardie (2013), note 025", _expected_amount),
)
