"""Lists leave the house: who is on the file, what is written beside it, and what it measures."""

import csv
import hashlib
import json
import random
import shutil
from datetime import date, timedelta

import pandas as pd
import pytest

from kills import killable
from rapport.analysis.campaign_effects import CampaignRules, study_experiments
from rapport.cli import main
from rapport.ingest import find_sources, ingest
from rapport.marts.build import build_mart
from rapport.params import ChapterParams, load_unit
from rapport.params.lists import exported_path
from rapport.press.run.store import Store
from rapport.privacy import SAMPLE_KEY, pseudonym
from rapport.privacy.erased import add_erased
from rapport.tables import TableFile, read_rows, write_table

N = 1_500
# Most of its file operations are looks at sources; the writes come last.
STRIDE = 53
RUN = "2026-05-0123456789ab"
SENT = date(2026, 6, 1)
BASE, EFFECT = 0.10, 0.15
PARAMS = """\
title: {en: Shop, zh: 店}
currency: GBP
sample: true
sources:
  till: {path: till.csv, format: csv}
  people: {path: people.csv, format: csv}
  said: {path: said.csv, format: csv}
tables:
  orders: {from: till, columns: {order_id: a, customer_id: b, amount: c}, time: {column: d}}
  customers: {from: people, columns: {customer_id: number, email: mail, name: who}}
  consents:
    from: said
    columns: {customer_id: number, purpose: purpose, changed_at: at, state: state}
contacts: {most: 2, days: 30, control: 0.3}
lists:
  win_back:
    name: {en: Win back, zh: 挽回}
    when: n_orders >= 1
    description: {en: All, zh: 全部}
    owner: {en: Care, zh: 客服}
    purpose: marketing_email
"""
IMPORTS = """
import io, os, sys
from rapport.cli import main
import rapport.cli.export_list, rapport.params.load
from pathlib import Path
import pyarrow.parquet, pyarrow.compute, pandas
"""
CODE = """
os.chdir(sys.argv[1])
sys.stdout = io.StringIO()
assert main(["export-list", "shop", "win_back", "--to", "out.csv", "--send-on", "2026-06-01"]) == 0
"""


def write_csv(path, head, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def read_csv(path, encoding="utf-8-sig"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def take_in(root):
    """Read the sources of the unit into the store, as a run's first task does."""
    unit, store = load_unit(root, "shop"), Store(root / "data" / "store")
    sources = find_sources(unit, root)
    given = ingest(unit, sources, key=SAMPLE_KEY)
    tables = {name: keep(store, root, rows) for name, rows in given.tables.items()}
    span = pd.DataFrame({"data_from": [given.data_from], "data_until": [given.data_until],
                         "n_customers": [N], "n_orders": [0]})  # fmt: skip
    tables["snapshot"] = keep(store, root, span)
    private = {"identifiers": keep(store, root, given.identifiers, mode=0o400)}
    record = {"v": 1, "tables": tables, "private": private, "notebook": None, "values": []}
    store.write_task("k", record)
    read = {name: {"digest": digest} for name, digest in sources.digests.items()}
    store.write_last("shop/all-periods/ingestion", {"key": "k", "context": {"sources": read}})
    return {name: store.object_path(one["digest"]) for name, one in tables.items()}


def keep(store, root, rows, mode=0o444):
    path = root / "kept.parquet"
    file = rows.move(path) if isinstance(rows, TableFile) else write_table(rows, path)
    size = path.stat().st_size
    return {"digest": store.add_file(path, mode=mode), "n_rows": file.n_rows, "size": size,
            "kinds": {}}  # fmt: skip


def publish(root, names):
    """Put a report in place whose one list holds these customers."""
    run = root / "reports" / "shop" / "runs" / RUN
    lines = [f"{rank},{pseudonym(SAMPLE_KEY, name)}" for rank, name in enumerate(names, start=1)]
    content = "\n".join(["rank,customer_id", *lines, ""]).encode("ascii")
    (run / "lists").mkdir(parents=True)
    (run / "lists" / "win_back.csv").write_bytes(content)
    subject = {"name": "lists/win_back.csv",
               "digest": {"sha256": hashlib.sha256(content).hexdigest()}}  # fmt: skip
    manifest = {"subject": [subject], "predicate": {}}
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="ascii")
    (root / "reports" / "shop" / "2026-05").symlink_to(f"runs/{RUN}")


def draw_people(n):
    names = [f"k{number}" for number in range(n)]
    people = [(name, f"{name}@example.com", "=cmd|' /C calc'!A0") for name in names]
    said = [(name, "marketing_email", "2026-01-01", "given") for name in names[: n * 14 // 15]]
    return names, people, said


def make_project(root, n=N):
    names, people, said = draw_people(n)
    (root / "params").mkdir(parents=True)
    (root / "params" / "_defaults.yml").write_text("", encoding="utf-8")
    (root / "params" / "shop.yml").write_text(PARAMS, encoding="utf-8")
    raw = root / "data" / "sample"
    write_csv(raw / "people.csv", ("number", "mail", "who"), people)
    write_csv(raw / "said.csv", ("number", "purpose", "at", "state"), said)
    orders = [(f"o{n}", name, "20.00", "2026-03-01") for n, name in enumerate(names)]
    write_csv(raw / "till.csv", "abcd", [*orders, ("last", names[-1], "5.00", "2026-05-31")])
    take_in(root)
    publish(root, names)
    return root


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("made") / "project", n=30)


@pytest.fixture
def project(made, tmp_path, monkeypatch):
    root = shutil.copytree(made, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(root)
    return root


def export(*words, to="out.csv", day="2026-06-01"):
    return main(["export-list", "shop", "win_back", "--to", to, "--send-on", day, *words])


def contacts_of(root):
    path = exported_path(root, "shop", "campaign_contacts", is_sample=True)
    return read_csv(path) if path.is_file() else []


def test_who_agreed_and_was_not_held_out_is_on_the_file(project, capsys):
    assert export("--with-name") == 0

    rows, said = read_csv(project / "out.csv"), capsys.readouterr().out
    written = contacts_of(project)
    held = {row["customer_id"] for row in written if row["variant"] == "control"}
    agreed = {f"k{n}" for n in range(28)}
    assert {row["customer_number"] for row in rows} == agreed - held
    assert {row["customer_id"] for row in written} == agreed
    assert all(row["email"] == f"{row['customer_number']}@example.com" for row in rows)
    assert {row["name"] for row in rows} == {"'=cmd|' /C calc'!A0"}
    assert "did not agree: 2" in said and "@" not in said
    assert (project / "out.csv").stat().st_mode & 0o777 == 0o600


def test_the_log_tells_how_many_and_names_nobody(project):
    assert export() == 0

    (line,) = (project / "reports" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    told = json.loads(line)
    assert (told["event"], told["list"], told["report"]) == ("exported", "win_back", RUN)
    assert told["contacted"] + told["control"] == 28
    assert told["sha256"] == hashlib.sha256((project / "out.csv").read_bytes()).hexdigest()
    assert "k1" not in line and "@" not in line and pseudonym(SAMPLE_KEY, "k1") not in line


def test_an_export_made_again_changes_nothing(project):
    assert export() == 0
    first, written = (project / "out.csv").read_bytes(), contacts_of(project)

    assert export() == 0
    assert (project / "out.csv").read_bytes() == first
    assert contacts_of(project) == written


def test_another_share_leaves_everybody_on_the_side_where_they_are(project):
    assert export() == 0
    before = contacts_of(project)
    path = project / "params" / "shop.yml"
    text = path.read_text(encoding="utf-8").replace("control: 0.3", "control: 0.0")
    path.write_text(text, encoding="utf-8")

    assert export() == 0
    assert contacts_of(project) == before
    held = {row["customer_id"] for row in before if row["variant"] == "control"}
    assert held and not held & {row["customer_number"] for row in read_csv(project / "out.csv")}


def test_a_dry_run_writes_nothing(project):
    assert export("--dry-run") == 0

    assert not (project / "out.csv").exists()
    assert not contacts_of(project)
    assert not (project / "reports" / "log.jsonl").exists()


def test_who_was_contacted_as_often_as_allowed_is_left_out(project, capsys):
    for day in ("2026-06-01", "2026-06-02"):
        assert export(day=day, to=f"{day}.csv") == 0
    sent = [row["customer_id"] for row in contacts_of(project) if row["sent_at"]]
    twice = {name for name in sent if sent.count(name) == 2}

    assert export(day="2026-06-30", to="third.csv") == 0
    assert twice
    assert not twice & {row["customer_number"] for row in read_csv(project / "third.csv")}
    assert export(day="2026-07-02", to="later.csv") == 0
    assert f"contacted too often: {len(twice)}" in capsys.readouterr().out


def test_the_erased_are_never_exported(project):
    add_erased(project, "shop", SAMPLE_KEY, [pseudonym(SAMPLE_KEY, f"k{n}") for n in range(10)])

    assert export() == 0
    named = {row["customer_id"] for row in contacts_of(project)}
    assert named == {f"k{n}" for n in range(10, 28)}


def test_consent_withdrawn_after_the_report_counts_once_the_sources_are_read(project, capsys):
    path = project / "data" / "sample" / "said.csv"
    with path.open("a", encoding="utf-8") as file:
        file.write("k3,marketing_email,2026-05-30,withdrawn\n")

    assert export() == 3
    assert "said changed since the sources were last read" in capsys.readouterr().err
    take_in(project)
    assert export() == 0
    assert "k3" not in {row["customer_id"] for row in contacts_of(project)}


def test_a_list_to_be_sent_later_does_not_make_the_data_reach_that_day(project):
    assert export(day="2026-07-15") == 0

    tables = take_in(project)

    (span,) = read_rows(tables["snapshot"])
    assert pd.Timestamp(span["data_until"]).date() == date(2026, 5, 31)
    assert len(read_rows(tables["campaign_contacts"])) == 28


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--purpose", "phone"), 2, "declared for marketing_email"),
        (("--report", "2026-04"), 2, "there is no such report"),
    ],
)
def test_what_cannot_be_exported_is_said(project, capsys, words, code, said):
    assert export(*words) == code
    assert said in capsys.readouterr().err
    assert not contacts_of(project)


OWN_NUMBERS = """\
identity:
  keys: [email]
  own_numbers: true
  numbers_of: {till: people, said: people}
"""


def test_where_each_source_has_numbers_of_its_own_the_file_says_whose_and_is_read_back(
    tmp_path, monkeypatch
):
    root = make_project(tmp_path / "project", n=30)
    path = root / "params" / "shop.yml"
    # The second source counts from k0 for itself: its k0 is another customer, k29 the same one.
    second = """\
    - {source: shop, from: desk, columns: {customer_id: number, email: mail, name: who}}
"""
    text = path.read_text(encoding="utf-8").replace(
        "  customers: {from: people, ", "  customers:\n    - {from: people, source: people, "
    )
    text = text.replace("  consents:\n", second + "  consents:\n", 1)
    text = text.replace("  said: {", "  desk: {path: desk.csv, format: csv}\n  said: {")
    path.write_text(text + OWN_NUMBERS, encoding="utf-8")
    desk = [("k0", "new@example.com", "New"), ("k1", "k29@example.com", "Twice")]
    write_csv(root / "data" / "sample" / "desk.csv", ("number", "mail", "who"), desk)
    shutil.rmtree(root / "reports")
    publish(root, [*(f"people:k{n}" for n in range(28)), "shop:k0"])
    take_in(root)
    monkeypatch.chdir(root)

    assert export() == 0
    # Nobody of the second source agreed by its number.
    written = {row["customer_id"] for row in contacts_of(root)}
    assert written == {f"people:k{n}" for n in range(28)}
    numbers = {row["customer_number"] for row in read_csv(root / "out.csv")}
    assert numbers and numbers <= written
    tables = take_in(root)
    told = {row["customer_id"] for row in read_rows(tables["campaign_contacts"])}
    assert told == {pseudonym(SAMPLE_KEY, name) for name in written}


def test_a_list_is_not_written_where_reports_are_handed_on(project, capsys):
    assert export(to="reports/shop/out.csv") == 2
    assert "handed on" in capsys.readouterr().err


def test_a_list_that_was_changed_is_refused(project, capsys):
    path = project / "reports" / "shop" / "runs" / RUN / "lists" / "win_back.csv"
    path.write_bytes(path.read_bytes() + b"99,c0\n")

    assert export() == 7
    assert "not the file that the report's manifest names" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("layout", "heads"),
    [
        ("hubspot", ["Email", "Last Name", "Customer Number", "Campaign"]),
        ("salesforce", ["Last Name", "Email", "External Customer ID", "Campaign"]),
    ],
)
def test_a_layout_has_the_columns_of_its_system(project, layout, heads):
    assert export("--layout", layout, "--encoding", "gb18030") == 0

    rows = read_csv(project / "out.csv", encoding="gb18030")
    assert list(rows[0]) == heads
    assert all("@" in row["Email"] for row in rows)


def test_a_killed_export_leaves_whole_files_or_none_and_the_next_finishes_it(project, tmp_path):
    named = {f"k{n}" for n in range(28)}
    reached = set()
    with killable(IMPORTS, CODE) as run:
        step, killed = 1, True
        while killed:
            copy = tmp_path / f"copy {step}"
            shutil.copytree(project, copy, symlinks=True)
            killed = run(step, copy)
            written = contacts_of(copy)
            assert {row["customer_id"] for row in written} in (set(), named)
            is_out = (copy / "out.csv").exists()
            assert written if is_out else True  # nobody is contacted whom no report would measure
            reached.add((bool(written), is_out))
            assert not run(0, copy)
            assert {row["customer_id"] for row in contacts_of(copy)} == named
            assert {row["customer_number"] for row in read_csv(copy / "out.csv")} == {
                row["customer_id"] for row in contacts_of(copy) if row["sent_at"]
            }
            step += STRIDE
    assert (False, False) in reached and (True, True) in reached


def test_a_list_that_was_sent_is_measured_by_the_next_report(tmp_path, monkeypatch):
    root = make_project(tmp_path / "project")
    monkeypatch.chdir(root)
    assert export() == 0
    written = contacts_of(root)
    draw, orders = random.Random(7), []
    for row in written:
        chance = BASE + (EFFECT if row["variant"] == "contact" else 0)
        if draw.random() < chance:
            day = SENT + timedelta(days=draw.randrange(1, 7))
            orders.append((f"n{len(orders)}", row["customer_id"], "30.00", day.isoformat()))
    with (root / "data" / "sample" / "till.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [*orders, ("end", f"k{N - 1}", "5.00", "2026-06-30")]
        )

    tables = take_in(root)
    one = measure(tables, tmp_path / "marts", period="2026-06")

    n_control = sum(row["variant"] == "control" for row in written)
    assert (one.n_treated, one.n_control) == (len(written) - n_control, n_control)
    assert one.reason is None and one.ratio_p > 0.001
    low, high = one.effect.conversion.interval.ends
    assert 0 < low < EFFECT < high
    assert one.outcome == "raised"


def measure(tables, into, *, period):
    """Estimate the one campaign of a period, by the marts that the chapter reads."""
    into.mkdir()
    settings = ChapterParams().model_dump(mode="json")
    paths = dict(tables)
    for name in ("settings", "periods", "contact_outcomes", "campaign_funnels", "campaign_arms"):
        of = {**settings, "period": period} if name == "periods" else settings
        paths[name] = build_mart(name, paths, settings=of, into=into).path
    funnels, arms = (
        pd.DataFrame(read_rows(paths[name])) for name in ("campaign_funnels", "campaign_arms")
    )
    (one,) = study_experiments(funnels, arms, CampaignRules())
    return one
