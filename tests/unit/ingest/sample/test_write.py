import csv
import hashlib
import json
import os
import subprocess
import sys

import pytest

from rapport.errors import ParameterError
from rapport.ingest.pins import read_digests
from rapport.ingest.sample import FURTHER_UNITS, SAMPLE_UNITS, check_sample, write_sample

RARE = "堃喆镕赟祎玥㛃𠮷"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    return folder, write_sample(folder)


def test_every_file_has_the_pinned_digest(made):
    folder, digests = made

    pinned = read_digests().items()
    assert digests == {name: d for name, d in pinned if name.split("/")[0] in SAMPLE_UNITS}
    assert check_sample(folder) == []


def test_units_that_are_made_by_name_alone_have_the_pinned_digests_too(tmp_path):
    write_sample(tmp_path, units=FURTHER_UNITS)

    assert check_sample(tmp_path, units=FURTHER_UNITS) == []
    assert {path.name for path in tmp_path.iterdir()} == set(FURTHER_UNITS)


def test_every_unit_delivers_files_and_the_truth_about_them(made):
    folder, digests = made

    for unit in SAMPLE_UNITS:
        names = {name.split("/")[1] for name in digests if name.startswith(f"{unit}/")}
        assert {"_truth.json", "surveys.csv", "consents.csv"} <= names
        assert {path.name for path in (folder / unit).iterdir()} == names


def test_all_files_together_stay_under_six_megabytes(made):
    folder, digests = made

    assert sum((folder / name).stat().st_size for name in digests) < 6_000_000


def test_missing_and_changed_files_are_named(tmp_path):
    write_sample(tmp_path, units=["sample-saas"])
    (tmp_path / "sample-saas/plans.csv").unlink()
    with (tmp_path / "sample-saas/usage.csv").open("ab") as file:
        file.write(b"\n")

    assert check_sample(tmp_path, units=["sample-saas"]) == [
        "sample-saas/plans.csv",
        "sample-saas/usage.csv",
    ]


def test_hash_seed_zone_language_and_threads_change_nothing(tmp_path):
    environment = os.environ | {
        "PYTHONHASHSEED": "77",
        "TZ": "America/Caracas",
        "LANG": "tr_TR.UTF-8",
        "LC_ALL": "tr_TR.UTF-8",
        "OMP_NUM_THREADS": "3",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    code = (
        "import sys; from pathlib import Path; from rapport.ingest.sample import write_sample; "
        "write_sample(Path(sys.argv[1]), units=['sample-mall'])"
    )

    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environment, check=True)

    assert check_sample(tmp_path, units=["sample-mall"]) == []


def test_another_seed_gives_other_files(tmp_path):
    one = write_sample(tmp_path / "1", units=["sample-saas"], rows=100, seed=1)
    two = write_sample(tmp_path / "2", units=["sample-saas"], rows=100, seed=2)

    fixed = {"sample-saas/plans.csv", "sample-saas/campaigns.csv"}
    assert {name for name in one if one[name] == two[name]} == fixed


def test_rows_says_how_many_customers_a_unit_has(tmp_path):
    write_sample(tmp_path, units=["sample-retail"], rows=150)

    customers = read(tmp_path / "sample-retail/crm_customers.csv", "utf-8")
    assert len(customers) == 150


@pytest.mark.parametrize("rows", [0, 99])
def test_too_few_customers_are_refused(tmp_path, rows):
    with pytest.raises(ParameterError, match=f"rows: {rows} customers are too few"):
        write_sample(tmp_path, rows=rows)


def test_a_unit_that_is_no_sample_is_refused_by_name(tmp_path):
    with pytest.raises(ParameterError, match="online-retail is no sample unit"):
        write_sample(tmp_path, units=["online-retail"])


def test_the_mall_is_gb18030_and_holds_rare_characters(made):
    folder, _ = made

    content = (folder / "sample-mall/members.csv").read_bytes()

    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    with pytest.raises(UnicodeDecodeError):
        content.decode("gb2312")
    text = content.decode("gb18030")
    assert text.startswith("会员号,姓名,")
    assert all(character in text for character in RARE)


def test_files_end_lines_with_a_line_feed_alone(made):
    folder, digests = made

    assert not [name for name in digests if b"\r" in (folder / name).read_bytes()]


def test_digests_are_of_the_bytes_on_disk(made):
    folder, digests = made

    name = "sample-retail/surveys.csv"
    assert digests[name] == hashlib.sha256((folder / name).read_bytes()).hexdigest()


def test_people_are_out_of_reach(made):
    folder, _ = made

    mails = [row["E-mail"] for row in read(folder / "sample-retail/crm_customers.csv", "utf-8")]
    mails += [row["邮箱"] for row in read(folder / "sample-mall/members.csv", "gb18030")]
    mails += [row["email"] for row in read(folder / "sample-saas/accounts.csv", "utf-8")]

    hosts = {mail.split("@")[1] for mail in mails}
    assert hosts == {"example.com", "example.net", "example.org"}


def test_the_truth_names_the_seed_and_what_is_planted(made):
    folder, _ = made

    truth = json.loads((folder / "sample-retail/_truth.json").read_text(encoding="utf-8"))

    assert truth["seed"] == 20260101
    assert truth["buying"] == {
        "r": 1.0, "alpha": 4, "a": 1.1, "b": 2.9, "p": 6.0, "q": 5.0, "gamma": 30,
    }  # fmt: skip


def read(path, encoding):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("sample-retail", ("Survey", "Comment", "Language")),
        ("sample-saas", ("survey", "comment", "language")),
    ],
)
def test_every_written_comment_has_its_topic_and_sentiment_apart(made, unit, names):
    folder, _ = made
    number, text, language = names

    with (folder / unit / "surveys.csv").open(encoding="utf-8") as file:
        written = {row[number]: row[language] for row in csv.DictReader(file) if row[text]}
    with (folder / unit / "_comments.csv").open(encoding="utf-8") as file:
        labels = list(csv.DictReader(file))

    assert {row["survey"]: row["language"] for row in labels} == written
    assert {row["sentiment"] for row in labels} == {"positive", "negative"}
    assert {row["topic"] for row in labels} == {"delivery", "quality", "service", "price"}
