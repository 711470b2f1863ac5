"""Topics as they are told: what is too small is hidden, what stands out is named, who is quoted."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import pandas as pd

from rapport.analysis.measured import Measured
from rapport.analysis.topics import TopicSettings, estimate_part, holds

QUOTED = 2  # comments of a topic
SHORTEST, LONGEST = 8, 240  # characters of a quotation
_A_LITTLE = 1e-9
_NEGATIVE = ("negative", "negative_low", "negative_high")
_CHANGE = ("change", "change_low", "change_high")
_SHARE = ("share", "low", "high")


def hide_topics(table: pd.DataFrame, *, min_count: int) -> pd.DataFrame:
    """Empty what would tell of too few customers; how many wrote is hidden when it is shown.

    A negative share goes where fewer than `min_count` were discontent (`is_quiet`), or all but so
    few. `texts` is how many comments, empty where they are of too few customers.
    """
    if table.empty:
        return table.assign(is_quiet=False, texts=0)
    few = (table["n_customers"] > 0) & (table["n_customers"] < min_count)
    bad, good = table["n_negative"], table["n_contents"]
    quiet = (bad > 0) & (bad < min_count)
    told = few | quiet | ((good > 0) & (good < min_count))
    hidden = table.astype(dict.fromkeys((*_NEGATIVE, *_CHANGE, *_SHARE), float))
    hidden = hidden.assign(**{name: hidden[name].mask(told) for name in _NEGATIVE})
    hidden = hidden.assign(**{name: hidden[name].mask(few) for name in (*_CHANGE, *_SHARE)})
    hidden = hidden.assign(
        texts=hidden["n_texts"].astype("Int64").mask(few), is_quiet=quiet & ~few,
        is_change=hidden["is_change"] & ~few,
    )  # fmt: skip
    # Who few are discontent with stands between the others and those with whom nobody is.
    rank = hidden["negative"].mask(hidden["is_quiet"], _A_LITTLE).fillna(-1)
    order = hidden.assign(rank=-rank).sort_values(["rank", "topic"], ignore_index=True)
    return order.drop(columns="rank")


def rank_topics(table: pd.DataFrame, *, min_n: int) -> pd.DataFrame:
    """Give the topics whose negative share is told and rests on enough customers."""
    ranked = table[table["negative"].notna() & (table["n_customers"] >= min_n)]
    return ranked.reset_index(drop=True)


def name_topics(table: pd.DataFrame, *, min_n: int, has_topics: bool) -> list[str]:
    """Name what is said of topics; nothing without comments.

    none: not declared. lead: one is clearly more discontent than the next. level: the first two
    do not differ. alone: of the others so few were discontent that nothing is told. quiet: of
    all of them.
    """
    if not has_topics:
        return ["none"]
    if table.empty:
        return []
    ranked = rank_topics(table, min_n=min_n)
    told = int((ranked["negative"] > 0).sum())
    if told < 2:
        return ["alone" if told else "quiet"]
    first, second = ranked.iloc[0], ranked.iloc[1]
    return ["lead" if first["negative_low"] > second["negative"] else "level"]


def find_lead(table: pd.DataFrame, *, min_n: int) -> str | None:
    """Give the topic that a sentence speaks of: one that stands out, or that is alone."""
    named = name_topics(table, min_n=min_n, has_topics=True) if len(table) else []
    is_one = bool(named) and named[0] in ("lead", "alone")
    return str(rank_topics(table, min_n=min_n)["topic"].iloc[0]) if is_one else None


def find_change(table: pd.DataFrame, *, min_n: int) -> tuple[str, str] | None:
    """Name the topic whose share changed most, of those that changed, and the way: up or down."""
    moved = table[table["is_change"] & (table["n_customers"] >= min_n)]
    if moved.empty:
        return None
    row = moved.loc[moved["change"].abs().idxmax()]
    return str(row["topic"]), "up" if row["change"] > 0 else "down"


def name_change(table: pd.DataFrame, *, min_n: int) -> list[str]:
    """Name what is said of change: up, down, unclear; nothing where halves cannot be compared."""
    if table.empty or table["change"].isna().all():
        return []
    found = find_change(table, min_n=min_n)
    return ["unclear" if found is None else found[1]]


def find_names(table: pd.DataFrame, *, min_n: int) -> dict[str, str | None]:
    """Give the topics that sentences name: `lead` and `changed`."""
    found = find_change(table, min_n=min_n) if len(table) else None
    lead = find_lead(table, min_n=min_n) if len(table) else None
    return {"lead": lead, "changed": None if found is None else found[0]}


def measure_topics(
    table: pd.DataFrame, texts: pd.DataFrame, settings: TopicSettings, *, min_n: int
) -> list[Measured]:
    """Name the numbers of topics: how much is covered, the leading topic, the change.

    Parameters
    ----------
    table : as `hide_topics` gives it
    texts : as `count_topics` takes them, with `writer`
    """
    if table.empty or texts.empty:
        return []
    covered = texts["topics"].notna().to_numpy()
    judged = texts["language"].isin(["zh", "en"]).to_numpy()
    part = estimate_part(covered, judged, texts["writer"].to_numpy(), settings)
    found = [Measured("feedback.topics", len(table), "count", "count")]
    if part.value is not None and part.low is not None and part.high is not None:
        found.append(Measured("feedback.covered", part.value, "simulated", "share",
                              int(judged.sum()), (part.low, part.high)))  # fmt: skip
    lead, change = find_lead(table, min_n=min_n), find_change(table, min_n=min_n)
    if lead is not None:
        row = table[table["topic"] == lead].iloc[0]
        found.append(_measure("lead", row, _NEGATIVE, int(row["n_felt"])))
        found.append(Measured("feedback.lead.writers", int(row["n_customers"]), "count",
                              "customers"))  # fmt: skip
    if change is not None:
        row = table[table["topic"] == change[0]].iloc[0]
        found.append(_measure("changed", row, _CHANGE, len(texts)))
    return found


def _measure(name: str, row: pd.Series, columns: Sequence[str], n: int) -> Measured:
    value, low, high = (float(row[column]) for column in columns)
    unit = "pp" if name == "changed" else "share"
    return Measured(f"feedback.{name}.{unit}", value, "simulated", unit, n, (low, high))


def pick_quotes(
    texts: pd.DataFrame, table: pd.DataFrame, *, min_count: int, is_asked: bool
) -> pd.DataFrame:
    """Pick comments to be quoted: of each topic that enough wrote of, two, the discontent first.

    Parameters
    ----------
    texts : of customers who agreed to analysis: `feedback_id`, `said`, `topics`, `feeling`,
        `language`, `is_cut`
    table : as `count_topics` gives it
    is_asked : whether the unit wants quotations

    Returns
    -------
    `topic`, `sentiment`, `said`: by digest, so that nobody chose; each comment once
    """
    empty = pd.DataFrame({"topic": [], "sentiment": [], "said": []}, dtype=object)
    lengths = texts["said"].str.len()
    can = texts["language"].isin(["zh", "en"]) & lengths.between(SHORTEST, LONGEST)
    known = texts[can & ~texts["is_cut"].astype(bool) & texts["feeling"].notna()]
    if not is_asked or known.empty:
        return empty
    digests = [zlib.crc32(str(one).encode()) for one in known["feedback_id"]]
    drawn = known.assign(digest=digests).sort_values(["feeling", "digest", "feedback_id"])
    rows: list[tuple[str, str, str]] = []
    taken: set[str] = set()
    for topic in table.loc[table["n_customers"] >= min_count, "topic"]:
        about = drawn[holds(drawn, str(topic)) & ~drawn["said"].isin(taken)]
        first = about.drop_duplicates("said").head(QUOTED)
        taken |= set(first["said"])
        words = {-1.0: "negative", 0.0: "neutral", 1.0: "positive"}
        rows += [(str(topic), words[float(f)], said)
                 for f, said in zip(first["feeling"], first["said"], strict=True)]  # fmt: skip
    return pd.DataFrame(rows, columns=list(empty.columns), dtype=object)
