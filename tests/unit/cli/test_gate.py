"""The gate: chapters that show persons or small counts in every way that a chapter can."""

import json

import pandas as pd
import pyarrow as pa
import pytest

from rapport.chapter.hiding import hide_counts
from rapport.cli.gate import Gate
from rapport.errors import DisclosureError
from rapport.present import pieces
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import WITHHELD
from rapport.press.chapters import Chapter
from rapport.privacy.wording import make_keys
from rapport.tables import write_table

MIME = "application/vnd.rapport.v1+json"
PEOPLE = [
    ("name", "Anna Smith"), ("name", "王国强"), ("name", "时间"), ("name", "Black Forest"),
    ("phone", "+44 7700 900123"), ("email", "anna.smith@example.org"),
    ("customer_number", "20060123001"), ("customer_number", "10005"),
    ("customer_number", "22423"),
]  # fmt: skip
SECRETS = ("smith", "王国强", "900123", "example.org", "20060123001", "10005")


def bundle(kind, **content):
    return {"output_type": "display_data", "data": {MIME: {"v": 1, "type": kind, **content}}}


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}


def chapter(*outputs, source="chapter.show(bars)", tables=None):
    cells = [
        {"cell_type": "code", "metadata": {}, "source": [source], "outputs": [output]}
        for output in outputs or [stream("fine")]
    ]
    notebook = json.dumps({"cells": cells}, ensure_ascii=False).encode()
    return Chapter("churn", 6, "key", notebook, [], tables or {})


@pytest.fixture
def check(tmp_path):
    """Give a function that sends one chapter through the gate and gives what it says, or None."""
    rows = [(kind, value, key) for kind, value in PEOPLE for key in make_keys(kind, value)]
    # As ingestion writes who is not looked for.
    rows.append(("name", "Rose", None))
    columns = dict(zip(("kind", "value", "key"), map(list, zip(*rows, strict=True)), strict=True))
    identifiers = write_table(pa.table(columns), tmp_path / "identifiers.parquet").path
    products = pa.table({"product_id": ["10005x", "22423"], "name": ["Black Forest cake", "Cup"]})
    for name in ("category_1", "category_2", "category_3", "brand"):
        products = products.append_column(name, pa.array(["Cakes", "Cups"]))
    sold = {"products": write_table(products, tmp_path / "products.parquet").path}

    def send(sent, *, documents=None, values=()):
        gate = Gate([sent], min_count=10, identifiers=identifiers, tables=sold)
        try:
            gate.check_chapters()
            gate(documents or {}, list(values))
        except DisclosureError as error:
            return str(error)
        return None

    return send


def table(frame, *names):
    columns = [Column("group", "segmentation.head.group", "label", "text")]
    columns += [Column(n, "segmentation.head.customers", "count", "customers") for n in names]
    return TableSpec("churn.table", tuple(columns), frame, Sentence("figures.rfm_grid.title"))


def test_a_chapter_that_shows_nobody_passes(check):
    assert check(chapter()) is None


@pytest.mark.parametrize(
    ("output", "where", "what"),
    [
        (stream("call 07700 900 123\n"), "(output)", "a telephone number"),
        (stream("mail to\nanna.smith@example.org\n"), "(output)", "an e-mail address"),
        (stream("number ２００６０１２３００１\n"), "(output)", "a customer's number"),
        (stream("number １０００５\n"), "(output)", "a customer's number"),
        (
            bundle("figure", id="churn.bars", shapes={"en": {"wide":
                   "<svg><g><text>Anna <tspan>Smi</tspan>th</text></g></svg>"}}),
            "(figure churn.bars)", "a customer's name",
        ),
        (
            bundle("figure", id="churn.bars", alt={"en": "bars", "zh": "王国强的消费最高"}),
            "(figure churn.bars)", "a customer's name",
        ),
        (
            bundle("table", id="churn.t", columns=[], rows=[{"cells": [
                {"en": "Wang", "zh": "王国强"}], "strong": False}]),
            "(table churn.t)", "a customer's name",
        ),
        (
            bundle("sentence", id="a.b", role="paragraph", text={
                "en": [{"text": "write to anna.sm"}, {"text": "ith@exam"}, {"text": "ple.org"}],
                "zh": []}),
            "(sentence a.b)", "an e-mail address",
        ),
        (
            {"output_type": "display_data", "data": {"text/html": ["<td>An", "na</td>\n",
                                                                   "<td>Smith</td>"]}},
            "(output)", "a customer's name",
        ),
        (
            {"output_type": "error", "ename": "KeyError", "evalue": "'+447700900123'",
             "traceback": []},
            "(output)", "a telephone number",
        ),
    ],
)  # fmt: skip
def test_a_person_in_an_output_is_named_by_place_and_kind_alone(check, output, where, what):
    said = check(chapter(output))

    assert said is not None
    assert f"churn, cell 1 {where}: {what}" in said
    assert not [secret for secret in SECRETS if secret.lower() in said.lower()]


def test_a_person_in_code_is_found(check):
    assert "cell 1 (code or prose): a customer's name" in check(
        chapter(source="shown = rows[rows.name == 'Anna Smith']")
    )


def test_a_person_in_a_published_table_is_found(check, tmp_path):
    rows = pd.DataFrame({"who": ["anybody", "SMITH Anna"], "n_rows": [1, 2]})
    path = write_table(rows, tmp_path / "churn.parquet").path

    said = check(chapter(tables={"churn.list": path}))

    assert "table churn.list, column who: a customer's name" in said


def test_a_person_in_what_only_the_press_adds_is_found(check):
    assert "report in en: a customer's name" in check(
        chapter(), documents={"en": {"unit": {"title": "Anna Smith's shop"}}}
    )


def test_a_value_that_is_a_telephone_number_is_found(check):
    value = {"id": "a.b", "value": 447700900123, "kind": "count", "unit": "rows"}

    assert "values: a telephone number" in check(chapter(), values=[value])


def test_a_name_that_is_a_word_of_ours_proves_nothing(check):
    # A product is called so; and reports speak of time (时间), which is a name, too.
    fine = chapter(stream("Black Forest sold best\n时间为一个月\n"))

    assert check(fine) is None


def test_a_customers_number_that_is_a_products_too_proves_nothing(check, tmp_path):
    cups, persons = pd.DataFrame({"sold": ["22423"]}), pd.DataFrame({"sold": ["10005"]})
    paths = [write_table(rows, tmp_path / f"{len(rows)}{at}.parquet").path
             for at, rows in enumerate((cups, persons))]  # fmt: skip

    assert check(chapter(tables={"churn.sold": paths[0]})) is None
    assert "column sold: a customer's number" in check(chapter(tables={"churn.sold": paths[1]}))


def test_a_pseudonym_is_found_though_it_is_no_name(check):
    said = check(chapter(stream("c174dbf59bc6726967d1b16837e54f90c")))

    assert "churn, cell 1 (output): a customer's pseudonym" in said


def test_a_small_cell_and_its_complements_are_hidden_before_they_are_shown(check):
    frame = pd.DataFrame(
        {"group": ["a", "b", "c", "all"], "x": [40, 25, 50, 115], "y": [30, 4, 35, 69],
         "z": [20, 31, 15, 66], "all": [90, 60, 100, 250]}
    )  # fmt: skip

    spec = hide_counts(table(frame, "x", "y", "z", "all"), 10)
    content = pieces.describe_table(spec)

    texts = [[cell["en"] for cell in row["cells"]] for row in content["rows"]]
    assert texts[1][2] == "<10"
    assert sum(cell in ("<10", "withheld") for row in texts for cell in row) == 4
    assert check(chapter(bundle("table", **content))) is None
    assert frame["y"].tolist() == [30, 4, 35, 69]


def test_the_other_numbers_of_a_hidden_row_go_with_its_count():
    frame = pd.DataFrame({"group": ["a", "b", "c"], "n": [40, 4, 30], "share": [0.5, 0.1, 0.4]})
    columns = (
        *table(frame, "n").columns, Column("share", "segmentation.head.share", "ratio", "share"),
    )  # fmt: skip
    spec = TableSpec("churn.table", columns, frame, Sentence("figures.rfm_grid.title"))

    shown = hide_counts(spec, 10).frame

    assert shown["share"].tolist() == [0.5, WITHHELD, WITHHELD]
    assert shown["n"].tolist()[0] == 40


@pytest.mark.parametrize("n", [[40, 30], [0, 12], []])
def test_a_table_without_small_counts_comes_back_as_it_is(n):
    frame = pd.DataFrame({"group": [str(at) for at in range(len(n))], "n": n})
    spec = table(frame, "n")

    assert hide_counts(spec, 10) is spec


def test_a_table_that_gives_a_cell_away_does_not_pass(check):
    frame = pd.DataFrame({"group": ["a", "b", "c"], "n": [40, 4, 30]})
    content = pieces.describe_table(table(frame, "n"))
    content["rows"][1]["cells"][1] = {"en": "<10", "zh": "<10"}

    assert "table churn.table: 1 hidden cell follows" in check(chapter(bundle("table", **content)))


def test_a_small_count_that_a_chapter_wrote_by_hand_does_not_pass(check, tmp_path):
    rows = pd.DataFrame({"group": ["a", "b"], "n_customers": [40, 4]})
    path = write_table(rows, tmp_path / "churn.parquet").path
    value = {"id": "churn.lost", "value": 4, "kind": "count", "unit": "customers"}

    table_said = check(chapter(tables={"churn.groups": path}))
    value_said = check(chapter(), values=[value])

    small = "1 cell shows fewer than 10 customers"
    assert f"table churn.groups, column n_customers: {small}" in table_said
    assert "value churn.lost counts fewer than 10 customers" in value_said


def test_a_place_whose_name_is_a_persons_is_not_named(check):
    said = check(chapter(bundle("figure", id="churn.anna_smith", alt={"en": "bars", "zh": "柱"})))

    assert said.startswith("not published: churn, cell 1: a customer's name.")
