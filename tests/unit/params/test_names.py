import pytest
from pydantic import ValidationError

from rapport.params.model import ChapterParams
from rapport.params.names import split_names


def test_names_are_a_list_or_a_text_by_comma():
    listed = ChapterParams(cluster_measures=["tenure_days", "n_channels"], attitudes=["s_price"])
    written = ChapterParams(cluster_measures="tenure_days,n_channels", attitudes=" s_price ")

    assert listed == written
    assert split_names(listed.cluster_measures) == ("tenure_days", "n_channels")
    assert ChapterParams().cluster_measures == ChapterParams().attitudes == ""


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"cluster_measures": ["tenur_days"]}, "Did you mean tenure_days?"),
        ({"cluster_measures": ["zzz"]}, "Known: tenure_days, n_orders"),
        ({"cluster_measures": ["n_orders", "n_orders"]}, "a name stands there twice"),
        ({"cluster_measures": "n_orders, gross, n_returns, tenure_days, n_channels, n_categories"},
         "6 names; there is room for 5"),
        ({"attitudes": ["nps"]}, "nps is no column of marks: these are called s_..."),
        ({"attitudes": ["s_A'; drop"]}, "is no column of marks"),
    ],
)  # fmt: skip
def test_a_name_that_is_none_is_refused_with_the_nearest(given, told):
    with pytest.raises(ValidationError, match="1 validation error") as refused:
        ChapterParams(**given)

    assert told in str(refused.value)
