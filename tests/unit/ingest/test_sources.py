"""Where source files are looked for."""

from hashlib import sha256

import pytest

from rapport.errors import DataError, ParameterError
from rapport.ingest import find_sources


def test_a_units_files_lie_in_raw(shop):
    found = find_sources(shop.params(), shop.root, env={})

    assert found.files["log"] == (shop.root / "data" / "raw" / "log.csv",)
    assert found.missing == ()


def test_a_sample_units_files_lie_in_sample(shop):
    shop.unit["sample"] = True

    assert find_sources(shop.params(), shop.root, env={}).missing == ("log",)


def test_then_the_folders_of_the_data_path_are_searched_in_order(shop, tmp_path):
    shop.unit["sources"]["log"]["path"] = "deep/other.csv"
    for name in ("one", "two"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "other.csv").write_text(name, encoding="utf-8")

    found = find_sources(
        shop.params(), shop.root,
        env={"RAPPORT_DATA_PATH": f"{tmp_path / 'none'}:{tmp_path / 'two'}:{tmp_path / 'one'}"},
    )  # fmt: skip

    assert found.files["log"] == (tmp_path / "two" / "deep" / "other.csv",)


def test_the_digest_is_of_the_bytes(shop):
    found = find_sources(shop.params(), shop.root, env={})

    content = (shop.root / "data/raw/log.csv").read_bytes()
    assert found.digests == {"log": sha256(content).hexdigest()}


@pytest.mark.parametrize("path", ["part-*.csv", "part-?.csv"])
def test_several_files_are_read_in_the_order_of_their_names(shop, path):
    shop.unit["sources"]["log"]["path"] = path
    for name in ("part-2.csv", "part-1.csv"):
        shop.write(name, name)

    found = find_sources(shop.params(), shop.root, env={})

    assert [file.name for file in found.files["log"]] == ["part-1.csv", "part-2.csv"]
    assert len(found.digests["log"]) == 64


def test_a_name_with_brackets_is_a_plain_name(shop):
    shop.unit["sources"]["log"]["path"] = "log [1].csv"
    shop.write("log [1].csv", "x")

    assert find_sources(shop.params(), shop.root, env={}).missing == ()


def test_what_is_not_found_is_named_not_raised(shop):
    shop.unit["sources"]["log"]["path"] = "absent.csv"

    assert find_sources(shop.params(), shop.root, env={}).missing == ("log",)


def link(shop, to):
    path = shop.root / "data" / "raw" / "log.csv"
    path.unlink()
    path.symlink_to(to)


def test_a_link_that_leads_out_of_its_folder_is_refused(shop, tmp_path):
    (tmp_path / "secret.csv").write_text("x", encoding="utf-8")
    link(shop, tmp_path / "secret.csv")

    with pytest.raises(DataError, match=r"log.csv: leads out of the folder"):
        find_sources(shop.params(), shop.root, env={})


@pytest.mark.parametrize("path", ["*.csv", "../secret.csv", "../../data/secret.csv", "deep/*.csv"])
def test_no_pattern_leads_out_of_its_folder_either(shop, path):
    shop.unit["sources"]["log"]["path"] = path
    (shop.root / "data" / "secret.csv").write_text("x", encoding="utf-8")
    link(shop, shop.root / "data" / "secret.csv")
    (shop.root / "data" / "raw" / "deep").symlink_to(shop.root / "data")

    with pytest.raises(DataError, match="leads out of the folder"):
        find_sources(shop.params(), shop.root, env={})


def test_a_link_inside_its_folder_and_a_folder_that_is_a_link_are_taken(shop, tmp_path):
    shop.write("march.csv", "x")
    link(shop, "march.csv")
    (shop.root / "data" / "raw").rename(tmp_path / "elsewhere")
    (shop.root / "data" / "raw").symlink_to(tmp_path / "elsewhere")

    assert find_sources(shop.params(), shop.root, env={}).missing == ()


def test_links_in_a_circle_are_no_file(shop):
    link(shop, "log.csv")

    assert find_sources(shop.params(), shop.root, env={}).missing == ("log",)


def test_what_is_hidden_or_marks_an_open_workbook_is_no_delivery(shop):
    shop.unit["sources"]["log"]["path"] = "*.csv"
    for name in (".log.csv", "~$log.csv"):
        shop.write(name, "x")

    found = find_sources(shop.params(), shop.root, env={})

    assert [path.name for path in found.files["log"]] == ["log.csv"]


def test_a_pattern_of_whole_paths_is_taken(shop, tmp_path):
    shop.unit["sources"]["log"]["path"] = str(tmp_path / "data" / "raw" / "*.csv")

    found = find_sources(shop.params(), shop.root, env={})

    assert [path.name for path in found.files["log"]] == ["log.csv"]


@pytest.mark.parametrize("path", ["a**b/*.csv", "**x"])
def test_what_is_no_pattern_is_a_fault_of_the_unit(shop, path):
    shop.unit["sources"]["log"]["path"] = path

    with pytest.raises(ParameterError, match=r"sources.log.path is no pattern"):
        find_sources(shop.params(), shop.root, env={})
