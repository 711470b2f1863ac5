"""Every parameter that a unit may set is named where a report lists what differs."""

import pytest

from rapport.params import ChapterParams
from rapport.present.labels import label


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ChapterParams.model_fields)
def test_a_parameter_that_a_unit_sets_has_a_name(name, language):
    assert label(f"parameter.{name}", language)
