"""Nobody is named in a report, and whoever is erased is gone for good."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from functional.command import rapport
from functional.shop import add_shop, draw_orders, make_project
from rapport.privacy import pseudonym, read_key

ROOT = Path(__file__).parents[2]
NAMES = "privacy:\n  identifiers:\n    people: {name: who, phone: tel}\n"
SOURCES = "  people: {path: people.csv, format: csv}\n"
CUSTOMERS = "  customers: {from: people, columns: {customer_id: number}}\n"


def write_people(project, n=160):
    rows = [f"k{at},Ines Nguyen-{at},+44 7700 900{at:03}" for at in range(n)]
    path = project / "data" / "raw" / "people.csv"
    path.write_text("\n".join(["number,who,tel", *rows]) + "\n", encoding="utf-8")


def add_people(project, name="shop"):
    """Let the unit know names and numbers of its customers."""
    write_people(project)
    path = project / "params" / f"{name}.yml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("tables:\n", SOURCES + "tables:\n", 1)
    text = text.replace("  customers: {from_orders: true}\n", CUSTOMERS)
    path.write_text(text + NAMES, encoding="utf-8")


@pytest.fixture(scope="module")
def peopled(tmp_path_factory):
    """Make a project whose unit knows its customers by name, and its report."""
    project = make_project(tmp_path_factory.mktemp("peopled") / "project", chapters=("01_", "10_"))
    add_shop(project, draw_orders())
    add_people(project)
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    done = rapport(project, "run", "shop", "--format", "html", "--json")
    assert done.code == 0, done.said
    return project


@pytest.fixture
def project(peopled, tmp_path):
    return Path(shutil.copytree(peopled, tmp_path / "project", symlinks=True))


@pytest.fixture(scope="module")
def drafted(peopled, tmp_path_factory):
    """Let the summary print a telephone number, and execute it alone, as its author does."""
    project = tmp_path_factory.mktemp("drafted") / "project"
    shutil.copytree(peopled, project, symlinks=True)
    add_line(project, "10_summary.ipynb", 'print("call 07700 900 003")')
    return project, rapport(project, "run", "shop", "--chapter", "summary", "--json")


@pytest.fixture
def naming(drafted, tmp_path):
    return Path(shutil.copytree(drafted[0], tmp_path / "project", symlinks=True))


def add_line(project, chapter, line):
    """Let a chapter do one thing more, at its end."""
    path = project / "notebooks" / chapter
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[-1]["source"] = [line]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def everything(project):
    """Give every file of a project as text, tables spelled out; sources and lists apart."""
    found = {}
    for folder in ("data/store", "data/drafts", "data/erased", "reports"):
        for path in sorted((project / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                is_table = content[:4] == b"PAR1"
                text = str(pq.read_table(path).to_pylist()).encode() if is_table else content
                found[path.relative_to(project).as_posix()] = text
    return found


def names_of(project, *numbers):
    key = read_key({"RAPPORT_PSEUDONYM_KEY": str(project / "pseudonym.key")})
    return [pseudonym(key, number).encode() for number in numbers]


def held(project, *words):
    texts = everything(project)
    return sorted(name for name, text in texts.items() if any(word in text for word in words))


def erase(project, *numbers):
    (project / "gone.txt").write_text("\n".join(numbers) + "\n", encoding="utf-8")
    return rapport(project, "erase", "shop", "--customers", "gone.txt")


def test_names_lie_in_one_file_that_is_this_users_alone(peopled):
    (file,) = held(peopled, b"Ines Nguyen")

    assert file.startswith("data/store/objects/")
    assert (peopled / file).stat().st_mode & 0o077 == 0


def test_a_report_that_names_a_person_is_not_published_and_the_others_are(project):
    add_shop(project, draw_orders(), name="other")
    add_line(project, "10_summary.ipynb", 'print("call 07700 900 003") if unit == "shop" else None')

    done = rapport(project, "run", "shop", "other", "--format", "html", "--json")

    assert done.code == 4, done.said
    assert "not published: summary, cell" in done.said
    assert "a telephone number" in done.said
    assert "900 003" not in done.said and "900003" not in done.said
    assert [report["unit"] for report in done.json["reports"]] == ["other"]


def test_a_run_without_a_report_passes_the_same_gate(naming):
    done = rapport(naming, "run", "shop", "--format", "none", "--json")

    assert done.code == 4, done.said
    assert "not published: summary, cell" in done.said
    assert '"task": "shop/2026-05/gate"' in done.said


def test_chapters_are_published_for_jcache_only_past_the_gate(peopled, naming, tmp_path):
    cache = ("--jupyter-cache", str(tmp_path / "cache"), "--chapter", "summary")
    good = rapport(peopled, "run", "shop", *cache, "--json")
    names = [path.name for path in (tmp_path / "cache" / "notebooks").rglob("*.ipynb")]

    done = rapport(naming, "run", "shop", *cache, "--json")

    assert good.code == 0, good.said
    assert sorted(names) == ["ingestion.ipynb", "summary.ipynb"]
    assert done.code == 4, done.said
    assert b"900 003" not in b"".join(
        path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()
    )


def test_a_chapter_asked_for_alone_is_its_authors_draft(drafted):
    _, done = drafted

    assert done.code == 0, done.said
    assert done.actions["summary"] == "executed"


def test_a_chapter_that_asks_for_the_names_is_told_why_it_gets_none(project):
    add_line(project, "10_summary.ipynb", 'chapter.read("identifiers")')

    done = rapport(project, "run", "shop", "--format", "none", "--json")

    assert done.code == 4
    assert "the table identifiers holds names and addresses, which no chapter reads" in done.said


def test_a_new_key_of_pseudonyms_moves_no_value(project):
    before = json.loads((project / "reports/shop/2026-05/values.json").read_text("utf-8"))
    (project / "pseudonym.key").unlink()
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0

    done = rapport(project, "run", "shop", "--format", "html", "--json")

    assert done.code == 0, done.said
    assert done.actions["ingestion"] == "executed"
    after = json.loads((project / "reports/shop/2026-05/values.json").read_text("utf-8"))
    assert after == before


def test_customers_who_become_one_are_counted_for_whoever_runs(project):
    path = project / "data" / "raw" / "people.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[5] = lines[4].replace("k3,", "k4,")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    params = project / "params" / "shop.yml"
    text = params.read_text(encoding="utf-8")
    named = "{customer_id: number, name: who, phone: tel}"
    text = text.replace("{customer_id: number}", named)
    keys = "identity: {calling_code: '44', keys: [phone]}\n"
    params.write_text(text + keys, encoding="utf-8")

    done = rapport(project, "run", "shop", "--format", "none", "--json")

    assert done.code == 0, done.said
    assert "of the last snapshot 2 customers became 1, because records are joined" in done.said
    assert "Nguyen" not in done.said


def test_what_is_held_on_one_customer_is_printed_and_logged_without_saying_who(project):
    done = rapport(project, "access", "shop", "--customer", "k3", "--json")

    assert done.code == 0, done.said
    identifiers = {row["kind"]: row["value"] for row in done.json["identifiers"]}
    assert identifiers == {
        "customer_number": "k3", "name": "Ines Nguyen-3", "phone": "+44 7700 900003",
    }  # fmt: skip
    assert {"customers", "orders", "identity_links"} <= set(done.json["tables"])
    assert len(done.json["tables"]["customers"]) == 1
    last = (project / "reports" / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    entry = json.loads(last)
    assert entry["event"] == "accessed"
    assert set(entry) == {"at", "before", "event", "found", "unit"}


def test_a_customers_sheet_names_nobody_and_is_logged_without_saying_who(project):
    shutil.copy(ROOT / "notebooks" / "03_segmentation.ipynb", project / "notebooks")
    made = rapport(project, "run", "shop", "--format", "none")
    assert made.code == 0, made.said

    done = rapport(project, "customer", "shop", "k3")

    assert done.code == 0, done.said
    assert "Orders: " in done.out
    for secret in ("k3", "Ines", "7700", *(name.decode() for name in names_of(project, "k3"))):
        assert secret not in done.out
    last = (project / "reports" / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    entry = json.loads(last)
    assert entry["event"] == "looked at"
    assert set(entry) == {"at", "before", "event", "found", "period", "unit"}
    unknown = rapport(project, "customer", "shop", "k999")
    assert unknown.code == 3
    assert "nothing is known of this customer" in unknown.said


def test_an_unknown_customer_is_said_to_be_unknown(project):
    done = rapport(project, "access", "shop", "--customer", "k999")

    assert done.code == 3
    assert done.said == "unit shop: nothing is held on this customer.\n"


def test_an_erased_customer_is_gone_stays_gone_and_the_report_is_marked(project):
    gone = [*names_of(project, "k3", "k7"), b"Ines Nguyen-3'", b"Ines Nguyen-7'"]
    assert len(held(project, *gone)) > 4

    done = erase(project, "k3", "k7")

    assert done.code == 0, done.said
    assert held(project, *gone) == []
    assert "Data since erased" in (project / "reports" / "index.html").read_text("utf-8")
    log = (project / "reports" / "log.jsonl").read_text(encoding="utf-8")
    assert json.loads(log.splitlines()[-1])["event"] == "erased"
    assert not [word for word in ("k3", "k7", "Nguyen") if f'"{word}' in log]
    others = names_of(project, "k4")
    assert len(held(project, *others)) > 4

    again = rapport(project, "run", "shop", "--format", "html", "--json")

    assert again.code == 0, again.said
    assert again.actions == {"ingestion": "executed", "summary": "executed"}
    assert held(project, *gone) == []
    index = (project / "reports" / "index.html").read_text("utf-8")
    # The report is whole again; the run that it replaced stays marked among the earlier ones.
    assert "Data since erased" not in index.partition("Earlier runs")[0]
    assert "Data since erased" in index.partition("Earlier runs")[2]
    assert rapport(project, "run", "shop", "--format", "html", "--json").actions == {
        "ingestion": "reused", "summary": "reused",
    }  # fmt: skip


def test_an_erasure_that_was_cut_off_is_finished_by_the_next_run(project):
    names = names_of(project, "k3")
    pending = project / "data" / "erased" / "shop.pending.json"
    pending.parent.mkdir()
    said = {"v": 1, "erasure": "0123456789ab", "names": [n.decode() for n in names], "n": 1}
    pending.write_text(json.dumps(said), encoding="ascii")

    done = rapport(project, "run", "shop", "--dry-run")

    assert done.code == 0, done.said
    assert held(project, *names) == []
    assert not pending.exists()


def test_the_list_of_the_erased_is_refused_under_another_key(project):
    assert erase(project, "k3").code == 0
    (project / "pseudonym.key").unlink()
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0

    done = rapport(project, "run", "shop", "--dry-run")

    assert done.code == 2
    assert "was made under another key of pseudonyms" in done.said


@pytest.mark.parametrize(
    ("text", "said"),
    [("\n# nobody\n", "gone.txt: lists nobody"), (None, "gone.txt: cannot be read")],
)
def test_a_list_of_nobody_erases_nobody(project, text, said):
    if text is not None:
        (project / "gone.txt").write_text(text, encoding="utf-8")

    done = rapport(project, "erase", "shop", "--customers", "gone.txt")

    assert done.code == 2
    assert said in done.said
