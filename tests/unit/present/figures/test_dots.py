import pandas as pd

from rapport.present.figures.dots import cluster_profile


def test_the_customers_drawn_are_no_number_of_the_chapter():
    # Where a group is hidden fewer are drawn than the chapter records as `<id>.n`.
    profile = pd.DataFrame(
        {"cluster": ["1", "2"], "measure": "rfm_spend", "percentile": [80.0, 20.0], "n": [40, 60]}
    )

    spec = cluster_profile(profile, id="segmentation.groups")

    assert spec.alt.slots["n"].id == "segmentation.groups.drawn"
    assert spec.alt.slots["n"].value == 100
