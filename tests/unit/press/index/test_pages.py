"""What the index of all reports says, and that nothing in a record can make it say else."""

import json
import re

import pytest

from rapport.press.index import write_index
from unit.press.index.shelf import add_line, add_report, page


def units_of(text):
    return re.findall(r'<h2 id="unit-([^"]*)"', text)


def test_units_stand_by_name_and_periods_newest_first(tmp_path):
    for unit, period in (("b", "2026-04"), ("a", "2026-W20"), ("a", "2026-05")):
        add_report(tmp_path, unit, period)

    write_index(tmp_path)

    text = page(tmp_path)
    assert units_of(text) == ["a", "b"]
    assert text.index("a/2026-05/report.en.html") < text.index("a/2026-W20/report.en.html")


def test_each_report_is_linked_in_each_form_and_language_with_its_record(tmp_path):
    add_report(tmp_path, "shop", "2026-05")

    write_index(tmp_path)

    text = page(tmp_path)
    for name in ("report.en.html", "report.en.pdf", "report.zh.html", "report.zh.pdf",
                 "manifest.json"):  # fmt: skip
        assert f'href="shop/2026-05/{name}"' in text
    assert "Sales rose" in text
    assert "销售额上升" in text
    assert "Record a1b2 c3d4 e5f6" in text


def test_the_whole_report_is_linked_before_its_editions(tmp_path):
    folder = add_report(tmp_path, "shop", "2026-05")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    names = ["report.executive.zh.html", "report.phone.zh.pdf"]
    manifest["subject"] += [{"name": name, "digest": {"sha256": "0" * 64}} for name in names]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    write_index(tmp_path)

    linked = re.findall(r'href="shop/2026-05/(report[^"]*zh[^"]*)"', page(tmp_path))
    assert linked == ["report.zh.html", "report.zh.pdf", *names]


def test_every_link_leads_to_something_beside_the_page(tmp_path):
    for record in ("0" * 12, "1" * 12):
        folder = add_report(tmp_path, "shop", "2026-05", record=record)
        for lang in ("en", "zh"):
            for form in ("html", "pdf"):
                (folder / f"report.{lang}.{form}").touch()
    add_report(tmp_path, "mall", "2026-05", cards=[{}])

    write_index(tmp_path)

    for path in sorted(tmp_path.glob("*.html")):
        text = page(tmp_path, path.name)
        for address in re.findall(r'href="([^"#]+)"', text):
            assert (tmp_path / address).exists() or address.startswith("mall/2026-05/"), address
        for anchor in re.findall(r'href="#([^"]+)"', text):
            assert f'id="{anchor}"' in text


def test_a_report_in_one_language_has_the_links_of_that_one(tmp_path):
    add_report(tmp_path, "shop", "2026-05", languages=("en",))

    write_index(tmp_path)

    assert "report.zh" not in page(tmp_path)


def test_nothing_outside_the_page_is_loaded_and_no_script_runs(tmp_path):
    for unit in ("a", "b"):
        add_report(tmp_path, unit, "2026-05", cards=[{}])

    write_index(tmp_path)

    pages = sorted(tmp_path.glob("*.html"))
    assert len(pages) == 3
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        assert "<script" not in text
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


HOSTILE = '"><script>alert(1)</script>{{ 7*7 }} \u202egpj.exe\nX: y'


def test_hostile_texts_are_words_and_no_markup(tmp_path):
    card = dict.fromkeys(("name", "value", "change", "small", "sparkline"), HOSTILE)
    for unit in ("a", "b"):
        add_report(
            tmp_path, unit, "2026-05", title=HOSTILE, headline=HOSTILE, record="a" * 12,
            signer=HOSTILE, cards=[card], alerts=[HOSTILE],
        )  # fmt: skip
    add_line(tmp_path, "failed", "a", failed={HOSTILE: HOSTILE})

    write_index(tmp_path)

    for path in sorted(tmp_path.glob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert "{{ 7*7 }}" in text
        assert "\u202e" not in text


def test_a_number_stays_with_its_unit(tmp_path):
    add_report(tmp_path, "shop", "2026-05", headline="Sales  of 5\u00a0million")

    write_index(tmp_path)

    assert "Sales of 5\u00a0million" in page(tmp_path)


def test_names_of_files_that_are_no_reports_are_not_linked(tmp_path):
    folder = add_report(tmp_path, "shop", "2026-05")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["subject"] += [{"name": "report.en.html/../../../etc"}, {"name": 'report.en."x'}]
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")

    write_index(tmp_path)

    assert "etc" not in page(tmp_path)
    assert "&#34;x" not in page(tmp_path)


def test_an_index_that_would_not_change_is_not_touched(tmp_path):
    add_report(tmp_path, "shop", "2026-05")

    assert write_index(tmp_path).written == ("index.html",)
    before = (tmp_path / "index.html").stat().st_mtime_ns
    assert write_index(tmp_path).written == ()
    assert (tmp_path / "index.html").stat().st_mtime_ns == before


def test_equal_reports_give_equal_pages_however_they_were_kept(tmp_path):
    add_report(tmp_path, "shop", "2026-04", headline="新品上市")
    write_index(tmp_path)
    add_report(tmp_path, "shop", "2026-05")
    write_index(tmp_path)
    after = (tmp_path / "index.html").read_bytes()
    for kept in [*tmp_path.rglob("index.json"), tmp_path / "index.html"]:
        kept.unlink()

    write_index(tmp_path)

    assert (tmp_path / "index.html").read_bytes() == after


def test_no_report_is_said_in_both_languages(tmp_path):
    write_index(tmp_path)

    assert "No report has been made yet." in page(tmp_path)
    assert "尚未生成报告。" in page(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"subject": [], "predicate": {}}', "\udcff"])
@pytest.mark.parametrize("name", ["manifest.json", "page_one.json"])
def test_a_damaged_record_is_named_and_left_out(tmp_path, caplog, name, content):
    folder = add_report(tmp_path, "shop", "2026-05", record="b" * 12)
    (folder / name).write_text(content, "utf-8", "surrogateescape")
    add_report(tmp_path, "shop", "2026-06")

    write_index(tmp_path)

    text = page(tmp_path)
    assert "shop/2026-05/" not in text
    assert "shop/2026-06/report.en.html" in text
    assert "their record is damaged: runs/2026-05-bbbbbbbbbbbb" in text
    assert "shop/runs/2026-05-bbbbbbbbbbbb/manifest.json: is damaged" in caplog.text


def test_earlier_runs_of_a_period_stay_to_be_read(tmp_path):
    add_report(tmp_path, "shop", "2026-05", record="0" * 12)
    add_report(tmp_path, "shop", "2026-05", record="1" * 12)

    write_index(tmp_path)

    text = page(tmp_path)
    assert "Earlier runs of 2026-05: 1" in text
    assert 'href="shop/runs/2026-05-000000000000/report.zh.pdf"' in text
    assert "Record 0000 0000 0000" in text
    assert 'href="shop/runs/2026-05-111111111111' not in text


def test_where_links_cannot_be_made_a_copy_is_shown_and_its_run_is_no_earlier_one(tmp_path):
    folder = add_report(tmp_path, "shop", "2026-05")
    link = tmp_path / "shop" / "2026-05"
    link.unlink()
    link.mkdir()
    for file in folder.iterdir():
        (link / file.name).write_bytes(file.read_bytes())

    write_index(tmp_path)

    assert 'href="shop/2026-05/report.en.html"' in page(tmp_path)
    assert "Earlier runs" not in page(tmp_path)


def test_a_link_that_leads_elsewhere_is_not_followed(tmp_path):
    elsewhere = add_report(tmp_path / "outside", "x", "2026-05")
    (tmp_path / "reports" / "shop").mkdir(parents=True)
    (tmp_path / "reports" / "shop" / "2026-05").symlink_to(elsewhere, target_is_directory=True)

    write_index(tmp_path / "reports")

    assert units_of(page(tmp_path / "reports")) == []


def test_drafts_signers_and_bands_are_told(tmp_path):
    add_report(tmp_path, "a", "2026-05", approval={"state": "draft"}, bands=["sample"])
    add_report(tmp_path, "b", "2026-05", signer="Ann's office", bands=["incomplete"])

    write_index(tmp_path)

    text = page(tmp_path)
    assert "Draft, not yet approved · not signed · sample data" in text
    assert "Final · signed by Ann&#39;s office · period not ended" in text
    assert '<a href="#unit-a">Shop</a>: Draft, not yet approved' in text


def test_what_was_erased_since_is_told(tmp_path):
    folder = add_report(tmp_path, "shop", "2026-05")
    write_index(tmp_path)
    (folder / "erased.json").write_text("{}", encoding="utf-8")

    write_index(tmp_path)

    assert "Data since erased" in page(tmp_path)


def test_the_key_figure_stands_beside_the_verdict_with_its_change(tmp_path):
    add_report(tmp_path, "shop", "2026-05", cards=[{}, {"id": "summary.active", "name": "Active"}])

    write_index(tmp_path)

    text = page(tmp_path)
    assert '<span class="value">£10</span>' in text
    assert "up 5% on April" in text
    assert 'alt="Net sales over the periods up to 2026-05, most recently £10"' in text
    assert "Active" not in text
