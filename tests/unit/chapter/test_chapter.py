from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from rapport import tables
from rapport.analysis.measured import Measured
from rapport.chapter import open_chapter
from rapport.errors import DataError
from rapport.present.sentences import Sentence
from rapport.present.tables import Column, TableSpec
from rapport.present.values import Suppressed
from rapport.privacy import SAMPLE_KEY
from support import table

UNIT = "sample-retail"
PERIOD = "2026-06"


@pytest.fixture
def start(make_task, shown):
    def start(**frames):
        make_task("churn", **frames)
        return open_chapter("churn", unit=UNIT, period=PERIOD)

    return start


@pytest.fixture
def since(bundles):
    """The bundles after the first, which is the chapter's own."""
    return lambda: bundles()[1:]


def orders():
    rows = table(
        """
        order_id  ordered_on
        a         2026-06-29
        b         2026-06-30
        c         2026-07-01
        """
    )
    return rows.assign(ordered_on=pd.to_datetime(rows["ordered_on"]))


def test_a_table_made_in_the_chapters_room_is_published_as_it_lies(start, since):
    chapter = start()
    made = tables.write_table(orders(), chapter.room.folder / "made.parquet")
    inode = made.path.stat().st_ino

    chapter.write("orders", made)

    (written,) = since()
    published = chapter.room.folder / "orders.parquet"
    assert written["digest"] == made.digest
    assert written["n_rows"] == made.n_rows
    assert published.stat().st_ino == inode
    assert not made.path.exists()


def test_the_first_output_says_what_the_chapter_is(start, shown, bundles):
    start()

    assert shown()[0]["text/plain"] == "churn: sample-retail, 2026-06"
    assert bundles()[0]["type"] == "chapter"


def test_a_table_is_read_up_to_the_last_day_observed(start):
    rows = start(orders=orders()).read("orders")

    assert rows["order_id"].tolist() == ["a", "b"]


def test_a_window_is_read_without_its_name(start):
    measures = pd.DataFrame({"window": ["current", "previous"], "n_orders": [3, 5]})

    rows = start(measures=measures).read("measures", window="previous")

    assert rows.to_dict("list") == {"n_orders": [5]}


def test_a_table_that_is_not_made_is_refused_with_the_command(start):
    with pytest.raises(DataError, match=r"orders is not made. Run `rapport run sample-retail"):
        start().read("orders")


def test_a_table_that_a_unit_may_lack_is_none_where_absent_or_empty(start):
    chapter = start(surveys=pd.DataFrame({"window": ["current"], "n": [1]}))

    assert chapter.read_optional("consents") is None
    assert chapter.read_optional("surveys", window="previous") is None
    assert len(chapter.read_optional("surveys")) == 1


def test_a_written_table_is_named_with_its_digest_and_kinds(start, since, tmp_path):
    rows = pd.DataFrame({"n": [3], "net": [Decimal("1.50")]}, index=pd.Index(["a"], name="segment"))

    start().write("segments", rows)

    file = tmp_path / "writes" / "segments.parquet"
    assert tables.read_table(file).to_dict("list") == {
        "segment": ["a"],
        "n": [3],
        "net": [Decimal("1.50")],
    }
    (bundle,) = since()
    assert (bundle["type"], bundle["table"], bundle["n_rows"]) == ("written", "segments", 1)
    assert bundle["kinds"] == {"segment": "label", "n": "count", "net": "money"}


def test_nothing_is_written_of_a_table_that_there_is_not(start, since, tmp_path):
    start().write("segments", None)

    assert since() == []
    assert list((tmp_path / "writes").iterdir()) == []


def test_suppressed_cells_reach_neither_the_file_nor_the_frame_of_the_chapter(start, tmp_path):
    rows = pd.DataFrame({"segment": ["new", "best"], "n": [Suppressed(10), 25]})

    start().write("segments", rows)

    written = tables.read_table(tmp_path / "writes" / "segments.parquet")["n"]
    assert written.isna().tolist() == [True, False]
    assert rows["n"].iloc[0] == Suppressed(10)


def test_a_recorded_value_is_shown_and_given_back(start, since):
    value = start().record("churn.rate", 0.25, kind="ratio", unit="share", n=40)

    assert (value.value, value.n) == (0.25, 40)
    assert [one["id"] for one in since()[0]["values"]] == ["churn.rate"]


def test_measured_numbers_are_recorded_together_by_the_names_of_slots(start, since):
    numbers = [
        Measured("n", 40, "count", "customers"),
        Measured("rate.month", 0.05, "ratio", "share"),
    ]

    values = start().record_all(numbers)

    assert {slot: value.id for slot, value in values.items()} == {
        "n": "churn.n",
        "rate_month": "churn.rate.month",
    }
    (bundle,) = since()
    assert [one["id"] for one in bundle["values"]] == ["churn.n", "churn.rate.month"]


def test_a_sentence_takes_its_numbers_from_values(start, since):
    chapter = start()
    missing = chapter.record("churn.missing", 7, kind="count", unit="columns")

    chapter.say("ingestion.missing", role="gap", missing=missing)

    said = since()[-1]
    assert (said["type"], said["role"], said["id"]) == ("sentence", "gap", "ingestion.missing")
    sources = [run["source"] for run in said["text"]["en"] if run["source"]["kind"] == "value"]
    assert sources == [{"kind": "value", "id": "churn.missing"}]
    assert set(said["text"]) == {"en", "zh"}


def test_a_bare_number_is_refused_in_a_sentence(start):
    with pytest.raises(TypeError):
        start().say("ingestion.missing", missing=7)


def counts(n):
    columns = (
        Column("name", {"en": "Name", "zh": "名称"}, "label", "text"),
        Column("n", {"en": "Rows", "zh": "行数"}, "count", "rows"),
    )
    frame = pd.DataFrame({"name": ["a"], "n": [n], "beside": [0]})
    return TableSpec("churn.counts", columns, frame, Sentence("figures.row_flow.title"))


def test_a_table_shown_publishes_the_columns_that_it_shows(start, shown, since, tmp_path):
    start().show(None, counts(5))

    assert "<td>5</td>" in shown()[1]["text/html"]
    picture, published = since()
    assert (picture["type"], published["type"], published["shown"]) == ("table", "written", True)
    file = tmp_path / "writes" / "churn.counts.parquet"
    assert list(tables.read_table(file).columns) == ["name", "n"]
    assert published["kinds"] == {"name": "label", "n": "count"}


def test_a_suppressed_cell_is_shown_as_below_the_least_and_published_empty(start, shown, tmp_path):
    start().show(counts(Suppressed(10)))

    assert "&lt;10" in shown()[1]["text/html"].replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    assert tables.read_table(tmp_path / "writes" / "churn.counts.parquet")["n"].isna().all()


def test_what_is_no_spec_cannot_be_shown(start):
    with pytest.raises(TypeError, match="str cannot be shown"):
        start().show("a bare word")


def test_a_task_names_the_files_of_each_source(start, tmp_path):
    sources = start().sources

    assert sources.files == {"crm": (tmp_path / "crm.csv",)}
    assert sources.digests == {"crm": "d1"}


def test_a_draft_without_source_files_names_them_and_the_command(make_project, shown):
    make_project()

    with pytest.raises(DataError, match=r"the files of .*crm.* are absent. Run `rapport run"):
        _ = open_chapter("ingestion", unit=UNIT).sources


def test_a_draft_finds_the_source_files_itself(make_project, shown, unit):
    root = make_project()
    for source in unit.sources.values():
        path = root / "data" / "sample" / source.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a\n", encoding="utf-8")

    found = open_chapter("ingestion", unit=UNIT).sources

    assert set(found.files) == set(unit.sources)


def files(root):
    return {path.relative_to(root) for path in root.rglob("*") if path.is_file()}


def test_a_draft_writes_nothing_but_its_own_folder(make_project, shown, snapshot):
    root = make_project({"snapshot": snapshot("2026-06-30")})
    before = files(root)

    open_chapter("churn", unit=UNIT, period=PERIOD).write("scores", pd.DataFrame({"n": [1]}))

    new = files(root) - before
    assert new == {Path("data/drafts", UNIT, PERIOD, "churn", "scores.parquet")}


def test_ingestion_has_no_last_day(make_task, shown):
    make_task("ingestion", period=None, as_of=None)

    assert open_chapter("ingestion", unit=UNIT).as_of is None


def test_a_chapter_knows_its_unit_last_day_and_key(start):
    chapter = start()

    assert (chapter.unit.name, chapter.as_of) == (UNIT, date(2026, 6, 30))
    assert chapter.pseudonym_key == SAMPLE_KEY
