"""Nothing in chapters or in what they compute depends on where, when or in which order it runs."""

import json
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAULTS = {
    "clock": [
        "day = datetime.now()",
        "day = datetime.date.today()",
        "day = pd.Timestamp.now()",
        "started = time.time()",
    ],
    "place": [
        "here = os.getcwd()",
        "here = Path.cwd()",
        "zone = os.environ['TZ']",
        "zone = os.environ.get('TZ')",
        "zone = os.getenv('TZ')",
    ],
    "seed": [
        "model = KMeans(3)",
        "model = ensemble.HistGradientBoostingClassifier(max_iter=9)",
        "parts = KFold(5, shuffle=True)",
        "draws = np.random.rand(3)",
        "draw = np.random.default_rng()",
        "draw = random.Random()",
        "first = random.choice(names)",
        "few = orders.sample(10)",
        "few = orders.sample(frac=0.1)",
        "name = uuid.uuid4()",
    ],
    "set order": [
        "for name in {'a', 'b'}:\n    print(name)",
        "names = [name for name in set(found)]",
        "names = list(set(found))",
        "text = ', '.join(set(found))",
        "names = tuple(set(found) - set(others))",
        "pairs = {name: 1 for name in frozenset(found)}",
        "frame = pd.DataFrame({'name': 1} | {}, index=list({1, 2}))",
    ],
    "ties": [
        "ranked = orders.sort_values('spend')",
        "ranked = orders.sort_values(by='spend', ascending=False)",
        "ranked = orders.sort_values(['spend'])",
        "ranked = spend.sort_values()",
        "ranked = spend.sort_values(kind='quicksort')",
        "places = np.argsort(spend)",
        "places = spend.argsort()",
        "places = np.argpartition(spend, 3)",
    ],
    "address": ["name = id(fit)", "bucket = hash(name) % 16"],
}
SOUND = [
    "ranked = orders.sort_values('spend', kind='stable')",
    "ranked = orders.sort_values(['spend', 'order_key'])",
    "ranked = spend.sort_values(kind='stable')",
    "places = np.argsort(spend, kind='stable')",
    "ordered = np.sort(spend)",
    "names = sorted(set(found))",
    "n = len({name for name in set(found)})",
    "is_one = any(name in words for name in set(found))",
    "names = [name for name in sorted(found)]",
    "model = KMeans(3, random_state=seed)",
    "model = KMeans(3, **settings)",
    "parts = KFold(5)",
    "draw = np.random.default_rng(seed)",
    "draw = random.Random(seed)",
    "few = orders.sample(10, random_state=seed)",
    "sample = cloud.sample()",
    "day = chapter.as_of",
    "movable = id(text)  # same everywhere: within one process",
    "# same everywhere: only what is barred is equal\nplaces = np.argpartition(scores, 3)",
]


@pytest.fixture(scope="module")
def linter():
    return runpy.run_path(str(ROOT / "tools" / "lint_determinism.py"))


def test_the_project_has_no_fault(linter):
    found = [finding for path in linter["list_files"](ROOT) for finding in linter["lint"](path)]

    assert [str(finding) for finding in found] == []


def test_chapters_and_what_they_compute_are_looked_through(linter):
    names = {path.name for path in linter["list_files"](ROOT)}

    assert {"rfm.py", "page_one.py", "windows.py", "06_churn.ipynb"} <= names


@pytest.mark.parametrize(
    ("rule", "code"), [(rule, code) for rule, codes in FAULTS.items() for code in codes]
)
def test_each_fault_is_found_by_its_rule(linter, rule, code):
    assert [finding.rule for finding in linter["look_through"](code, "chapter")] == [rule]


@pytest.mark.parametrize("code", SOUND)
def test_what_is_the_same_everywhere_is_let_be(linter, code):
    assert list(linter["look_through"](code, "chapter")) == []


def test_cells_are_counted_as_an_analyst_sees_them(linter, tmp_path):
    path = tmp_path / "06_churn.ipynb"
    cells = [
        {"cell_type": "markdown", "source": ["# Churn"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "x = 1\n", "y = hash(x)"]},
        {"cell_type": "code", "source": ["fit"],
         "outputs": [{"data": {"text/plain": "<Fit object at 0x7f3a2b1c>"}}]},
    ]  # fmt: skip
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")

    found = linter["lint"](path)

    assert [(f.file, f.line, f.rule) for f in found] == [
        ("06_churn.ipynb cell 2", 3, "address"),
        ("06_churn.ipynb cell 3", 1, "address"),
    ]


def test_a_fault_fails_the_command(linter, tmp_path, capsys):
    path = tmp_path / "now.py"
    path.write_text("from datetime import datetime\nday = datetime.now()\n", encoding="utf-8")

    assert linter["main"]([str(path)]) == 1
    assert capsys.readouterr().out.startswith("now.py:2: clock: ")
