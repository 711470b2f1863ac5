import json

from rapport.press.index import list_entries, render_index, write_index


def add_report(reports, unit, period, *, headline="Sales rose", record="a1b2c3d4e5f6", zh=True):
    shown = {"en": {"title": "Shop", "period": period, "as_of": "data to", "headline": headline}}
    if zh:
        shown["zh"] = {"title": "商店", "period": period, "as_of": "截至", "headline": "销售额上升"}
    names = [f"report.{lang}.{form}" for lang in shown for form in ("html", "pdf")]
    manifest = {
        "subject": [{"name": name} for name in [*names, "values.json"]],
        "predicate": {"run": record, "shown": shown},
    }
    folder = reports / unit / period
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_units_stand_by_name_and_periods_newest_first(tmp_path):
    for unit, period in (("b", "2026-04"), ("a", "2026-04"), ("a", "2026-05")):
        add_report(tmp_path, unit, period)
    add_report(tmp_path, "a", ".2026-05.fresh")

    entries = list_entries(tmp_path)

    assert [(entry.unit, entry.period) for entry in entries] == [
        ("a", "2026-05"), ("a", "2026-04"), ("b", "2026-04"),
    ]  # fmt: skip


def test_each_report_is_linked_in_each_form_and_language(tmp_path):
    add_report(tmp_path, "shop", "2026-05")

    page = render_index(list_entries(tmp_path)).decode()

    for name in ("report.en.html", "report.en.pdf", "report.zh.html", "report.zh.pdf"):
        assert f'href="shop/2026-05/{name}"' in page
    assert "Sales rose" in page
    assert "销售额上升" in page
    assert "Record a1b2 c3d4 e5f6" in page


def test_a_report_in_one_language_has_the_links_of_that_one(tmp_path):
    add_report(tmp_path, "shop", "2026-05", zh=False)

    page = render_index(list_entries(tmp_path)).decode()

    assert "report.zh" not in page


def test_nothing_outside_the_page_is_loaded_and_no_script_runs(tmp_path):
    add_report(tmp_path, "shop", "2026-05")

    page = render_index(list_entries(tmp_path)).decode()

    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "http:" not in page
    assert "https:" not in page


def test_texts_are_escaped(tmp_path):
    add_report(tmp_path, "shop", "2026-05", headline="<b>5 < 6</b>")

    assert "&lt;b&gt;5 &lt; 6&lt;/b&gt;" in render_index(list_entries(tmp_path)).decode()


def test_an_index_that_would_not_change_is_not_touched(tmp_path):
    add_report(tmp_path, "shop", "2026-05")

    assert write_index(tmp_path)
    before = (tmp_path / "index.html").stat().st_mtime_ns
    assert not write_index(tmp_path)
    assert (tmp_path / "index.html").stat().st_mtime_ns == before


def test_no_report_is_said_in_both_languages():
    page = render_index([]).decode()

    assert "No report has been made yet." in page
    assert "尚未生成报告。" in page


def test_a_damaged_manifest_is_named_and_left_out(tmp_path, caplog):
    add_report(tmp_path, "shop", "2026-05").joinpath("manifest.json").write_text("{", "utf-8")
    add_report(tmp_path, "shop", "2026-06")

    entries = list_entries(tmp_path)

    assert [entry.period for entry in entries] == ["2026-06"]
    assert "shop/2026-05/manifest.json: is damaged" in caplog.text
