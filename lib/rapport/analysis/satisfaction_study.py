"""The satisfaction chapter's questions put to its methods: who was asked, who answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from rapport.analysis.intervals import clustered_share
from rapport.analysis.nonresponse import Weighted, weight_score
from rapport.analysis.satisfaction import Rate, Scores, score_answers, score_row
from rapport.analysis.waves import Trend

# Of the answers on a scale this share may lie outside it before the scale itself is doubted.
MOST_OUTSIDE = 0.05
SCALES = ("nps", "csat", "ces")
YEAR_DAYS = 365


@dataclass(frozen=True)
class StudyRules:
    """The parameters that the chapter follows."""

    min_n: int = 30
    min_count: int = 10
    confidence: float = 0.95
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Study:
    """Scores of the period and of the year, response, and weights of both.

    `people`: one row per customer asked or heard in the year. `doubted`: scales of which too many
    answers lie outside; their scores are withheld. `response` is of the year's invitations, None
    where none is known.
    """

    people: pd.DataFrame
    answers: pd.DataFrame
    period: Scores
    year: Scores
    weighted: Weighted | None
    response: Rate | None
    doubted: tuple[str, ...]
    rules: StudyRules
    weighted_now: Weighted | None = None

    @property
    def n(self) -> int:
        """Customers with an answer in the year."""
        return len(self.answers)


def join_people(
    invited: pd.DataFrame, latest: pd.DataFrame, groups: Mapping[str, pd.DataFrame | None]
) -> pd.DataFrame:
    """Put those asked and those heard side by side, with what groups know of them.

    Parameters
    ----------
    invited, latest : the marts `survey_invited` and `survey_latest`
    groups : by name (segment, stage, channel): a table with `customer_id` and that column, one
        row per customer; None where the unit has none

    Returns
    -------
    one row per customer, by `order_key`: `n_delivered`, `n_answered`, the scores, the groups
    """
    scores = latest[["customer_id", "order_key", *SCALES]]
    people = invited.merge(scores, on=["customer_id", "order_key"], how="outer")
    counts = ("n_delivered", "n_delivered_now", "n_answered")
    people = people.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, int))
    for name, table in groups.items():
        if table is not None:
            people = people.merge(table[["customer_id", name]], on="customer_id", how="left")
    return people.sort_values("order_key", kind="stable", ignore_index=True)


def take_groups(
    segments: pd.DataFrame | None, stages: pd.DataFrame | None, habits: pd.DataFrame | None
) -> dict[str, pd.DataFrame | None]:
    """Give what other chapters know of customers: segment, last stage, main channel.

    Parameters
    ----------
    segments, stages : the tables `segments` and `lifecycle_stages`, where the unit has them
    habits : the mart `customer_habits` of the current window
    """
    last = None if stages is None else stages[stages["month"] == stages["month"].max()]
    channels = None if habits is None else habits.rename(columns={"main_channel": "channel"})
    return {"segment": segments, "stage": last, "channel": channels}


def keep_known(latest: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Keep the answers of people who are looked at, without what they wrote."""
    kept = latest[latest["customer_id"].isin(people["customer_id"])]
    return kept.drop(columns="text", errors="ignore").reset_index(drop=True)


def list_previous(windows: pd.DataFrame) -> list[str]:
    """Give the code of the period before, where there is one."""
    return [str(code) for code in windows.loc[windows["window"] == "previous", "period"]]


def doubt_scales(quarantine: pd.DataFrame | None, scales: pd.DataFrame) -> tuple[str, ...]:
    """Name the scales of which more than a twentieth of the answers lie outside.

    Parameters
    ----------
    quarantine : `table`, `column`, one row per broken value set aside; None where none was
    scales : the mart `survey_scales`

    Examples
    --------
    >>> scales = pd.DataFrame({"n_nps": [90], "n_csat": [90], "n_ces": [0]})
    >>> broken = pd.DataFrame({"table": ["surveys"] * 10, "column": ["nps"] * 10})
    >>> doubt_scales(broken, scales)
    ('nps',)
    """
    if quarantine is None or scales.empty:
        return ()
    outside = quarantine[quarantine["table"] == "surveys"]["column"].value_counts()
    found = []
    for name in SCALES:
        k, n = int(outside.get(name, 0)), int(scales[f"n_{name}"].iloc[0])
        if k > MOST_OUTSIDE * (k + n):
            found.append(name)
    return tuple(found)


def study_answers(
    windows: pd.DataFrame, latest: pd.DataFrame, people: pd.DataFrame,
    *, doubted: tuple[str, ...], rules: StudyRules,
) -> Study:  # fmt: skip
    """Score the period and the year, and weight both to those asked in them.

    Parameters
    ----------
    windows, latest : the marts `survey_windows` and `survey_latest`
    people : as `join_people` gives them
    doubted : scales whose scores are withheld
    """
    current = windows[windows["window"] == "current"].iloc[0]
    cleared: dict[str, None] = dict.fromkeys(doubted)
    answers = latest.drop(columns="text", errors="ignore").assign(**cleared)
    counted = {**dict(current), **{f"n_{name}": 0 for name in doubted}}
    if "nps" in doubted:
        counted |= {"n_detractors": 0, "n_promoters": 0}
    period = score_row(counted, confidence=rules.confidence)
    year = score_answers(answers, confidence=rules.confidence)
    asked = people[people["n_delivered"] > 0]
    weighted = _weight(answers, asked, rules)
    now = _weight(_answered_since(answers, current), people[people["n_delivered_now"] > 0], rules)
    return Study(
        people, answers, period, year, weighted, _respond(asked, rules), doubted, rules, now
    )


def _weight(answers: pd.DataFrame, asked: pd.DataFrame, rules: StudyRules) -> Weighted | None:
    kept = [name for name in ("customer_id", "segment", "channel") if name in asked]
    return weight_score(answers, asked[kept], least=rules.min_count, confidence=rules.confidence)


def _answered_since(answers: pd.DataFrame, window: pd.Series) -> pd.DataFrame:
    # The period ends with the year, so the last answer of whoever answered in it lies in it.
    return answers[pd.to_datetime(answers["answered_on"]) >= pd.Timestamp(window["starts_on"])]


def _respond(asked: pd.DataFrame, rules: StudyRules) -> Rate | None:
    k, n = int(asked["n_answered"].sum()), int(asked["n_delivered"].sum())
    ends = clustered_share(
        asked["n_answered"], asked["n_delivered"], confidence=rules.confidence, seed=rules.seed
    ) if n else None  # fmt: skip
    return None if ends is None else Rate(k / n, ends.low, ends.high, n)


def name_scale(study: Study) -> str | None:
    """Name the scale that leads: nps, else csat, else ces; None without answers."""
    for name in SCALES:
        if getattr(study.year, name) is not None:
            return name
    return None


def name_headline(study: Study, trend: Trend) -> str:
    """Name the headline.

    `none`, `doubted` (a scale was used otherwise), `few`; `<scale>_year` where the period has too
    few answers; `nps_<change>` of the period; `<scale>_period` without a change to speak of.
    """
    scale = name_scale(study)
    if scale is None:
        return "doubted" if study.doubted else "none"
    if getattr(study.year, scale).n < study.rules.min_n:
        return "few"
    now = getattr(study.period, scale)
    if now is None or now.n < study.rules.min_n:
        return f"{scale}_year"
    if scale == "nps" and trend.by == "period" and trend.case in ("up", "down"):
        return f"nps_{trend.case}"
    return f"{scale}_period"


def is_told(study: Study) -> bool:
    """Whether there are enough answers to give a score at all."""
    scale = name_scale(study)
    return scale is not None and getattr(study.year, scale).n >= study.rules.min_n


def list_scores(study: Study) -> list[str]:
    """Name the scores of the year that are told, each a wording: nps, csat, ces."""
    enough = study.rules.min_n
    known = {name: getattr(study.year, name) for name in SCALES}
    return [name for name, score in known.items() if score is not None and score.n >= enough]


def name_data(study: Study) -> str:
    """Name what the note on the data says: response, answers (no invitations known), few, none."""
    if study.n < study.rules.min_n:
        return "few" if study.n else "none"
    return "answers" if study.response is None else "response"


def list_doubts(study: Study) -> tuple[str, ...]:
    """Name the scales that are in doubt, of which no score is given."""
    return study.doubted


def list_weighted(study: Study) -> list[str]:
    """Name what weights change: leads, near, unknown (nothing to weight by); none without NPS."""
    weighted = study.weighted
    if weighted is None or "nps" not in list_scores(study):
        return []
    if weighted.score is None:
        return ["unknown"]
    return ["leads" if weighted.leads else "near"]


def list_weighted_now(study: Study) -> list[str]:
    """Say that the period's weighted score leads: as that of the year does, or alone."""
    now = study.weighted_now
    if now is None or now.score is None or now.score.n < study.rules.min_n:
        return []
    if not now.leads or "nps" not in list_scores(study):
        return []
    year = study.weighted
    return ["leads" if year is not None and year.score is not None and year.leads else "alone"]


def list_changes(study: Study, trend: Trend) -> list[str]:
    """Name the wording of the change between waves, <by>_<case>; none without a score."""
    if trend.case == "none" or "nps" not in list_scores(study):
        return []
    return [f"{trend.by}_{trend.case}"]


def take_scored(study: Study) -> pd.DataFrame:
    """Give the people, without the scores of a scale in doubt."""
    return study.people.assign(**dict.fromkeys(study.doubted)) if study.doubted else study.people


def is_sound(study: Study) -> bool:
    """Whether classes add up to the answers, and weights to those they stand for."""
    year = study.year
    adds = year.nps is None or sum(year.counts) == year.nps.n
    weighted = study.weighted
    if weighted is None or weighted.weights is None:
        return adds
    asked = study.people["n_delivered"] > 0
    heard = study.people["nps"].notna()
    n = int((asked | heard).sum())
    return adds and abs(float(weighted.weights.weights.sum()) - n) <= 1e-6 * n
