"""Whatever a shop's orders and contracts are like, chapters say what can be said, in numbers."""

import json
import os
import re

import pytest

from functional.bad_shops import ALL, add_bad_shop
from functional.command import rapport
from functional.shop import make_project

IS_WHOLE = os.environ.get("RAPPORT_TEST_SHARE") == "1"
# Every commit looks at one of them and at the chapter that it broke; the long session at all.
UNITS = ALL if IS_WHOLE else ("trillion",)
CHAPTERS = ("01_", "02_", "03_", "04_", "05_", "06_", "10_") if IS_WHOLE else ("01_", "05_")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = make_project(tmp_path_factory.mktemp("bad") / "project", chapters=CHAPTERS)
    assert rapport(made, "keys", "pseudonym", "pseudonym.key").code == 0
    return made


@pytest.mark.parametrize("name", UNITS)
def test_chapters_of_a_bad_shop_say_what_they_can_in_numbers(project, name):
    add_bad_shop(project, name)

    done = rapport(project, "run", name, "--json", *([] if IS_WHOLE else ["--format", "none"]))

    assert {row["status"] for row in done.json["chapters"]} == {"executed"}, done.said[-2000:]
    assert done.code == 0, done.said[-2000:]
    for page in sorted((project / "reports" / name).glob("[2a]*/report.??.html")):
        html = page.read_text(encoding="utf-8")
        bare = re.sub(r"<(style|template|script)\b.*?</\1>", "", html, flags=re.DOTALL)
        text = re.sub(r"<[^>]+>", " ", bare)
        assert not re.search(r"\b(nan|NaN|NaT|inf|RuntimeWarning)\b", text), page.name
        # A sentence may say that none of them did; a cell or a number may not.
        assert not re.search(r">\s*None\s*<", bare), page.name
    for values in sorted((project / "reports" / name).glob("**/values.json")):
        json.loads(values.read_text(encoding="utf-8"), parse_constant=pytest.fail)
