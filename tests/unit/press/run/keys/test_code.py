import pytest

from rapport.press.run.keys.code import Package


@pytest.fixture
def package(tmp_path):
    """A package of a few modules, with their imports as in the real one."""
    sources = {
        "__init__.py": "",
        "errors.py": "",
        "tables.py": "from rapport import errors",
        "analysis/__init__.py": "",
        "analysis/rfm.py": "from ..errors import DataError",
        "analysis/churn.py": "def f():\n    from rapport.analysis import rfm",
        "present/__init__.py": "from .figures import lift",
        "present/figures/__init__.py": "from . import lift",
        "present/figures/lift.py": 'say("value.lift")',
        "marts/__init__.py": "",
        "marts/build.py": "import rapport.tables",
        "marts/periods.py": "import rapport.press.run",
        "press/run.py": "",
        "chapter.py": "import rapport.marts.periods\nfrom rapport.marts import build",
        "late.py": 'import_module("rapport.analysis.rfm")',
        "marts/a.sql": "select 1",
        "assets/fonts/Sans.ttf": "font",
        "assets/theme.yml": "",
        "assets/files.py": "",
        "assets/html/report.css": "",
        "assets/verify/check.html": "",
        "assets/locale/index.yml": "",
        "assets/locale/labels.yml": "",
        "assets/locale/document.yml": "",
        "assets/locale/values.yml": "",
        "assets/locale/sentences.churn.yml": "",
        "assets/locale/sentences.value.yml": "",
        "assets/locale/sentences.figures.yml": "",
    }
    for name, source in sources.items():
        path = tmp_path / "rapport" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return Package(tmp_path / "rapport")


def test_modules_are_followed_through_their_imports(package):
    found = package.digest_modules(["rapport.analysis.churn"])

    assert list(found) == [
        "__init__.py", "analysis/__init__.py", "analysis/churn.py", "analysis/rfm.py", "errors.py",
    ]  # fmt: skip


def test_relative_imports_are_followed_from_where_they_stand(package):
    found = package.digest_modules(["rapport.present"])

    assert "present/figures/lift.py" in found


def test_a_module_named_in_a_string_is_followed(package):
    assert "analysis/rfm.py" in package.digest_modules(["rapport.late"])


def test_packages_left_out_are_not_followed_either(package):
    found = package.digest_modules(["rapport.chapter"], without=["rapport.marts"])

    assert list(found) == ["__init__.py", "chapter.py"]


def test_a_file_beneath_the_package_may_be_named(package):
    found = package.digest_modules(["rapport.marts.build", "marts/a.sql"])

    assert {"marts/a.sql", "tables.py", "errors.py"} <= set(found)


def test_a_file_that_is_not_there_is_a_bug(package):
    with pytest.raises(FileNotFoundError, match=r"marts/b\.sql"):
        package.digest_modules(["marts/b.sql"])


def test_a_digest_moves_with_the_file_and_with_no_other(package):
    before = package.digest_modules(["rapport.analysis.churn"])

    edited = package.folder / "analysis/rfm.py"
    edited.write_text("from ..errors import DataError\n", encoding="utf-8")
    after = Package(package.folder).digest_modules(["rapport.analysis.churn"])

    assert [name for name in after if after[name] != before[name]] == ["analysis/rfm.py"]


def test_assets_of_a_chapter_are_fonts_theme_and_the_words_it_names(package):
    found = package.digest_assets("churn", ["churn"])

    assert list(found) == [
        "assets/fonts/Sans.ttf",
        "assets/locale/labels.yml",
        "assets/locale/sentences.churn.yml",
        "assets/theme.yml",
    ]


def test_sentences_of_another_chapter_count_if_a_module_names_them(package):
    modules = package.digest_modules(["rapport.present"])

    found = package.digest_assets("churn", package.words_of(modules))

    assert "assets/locale/sentences.value.yml" in found
    assert "assets/locale/sentences.figures.yml" not in found


def test_a_fitted_model_counts_where_a_module_reads_it(package):
    for name in ("moods.bin", "moods.json", "moods.LICENSE.txt"):
        (package.folder / "assets" / name).write_text("", encoding="utf-8")
    (package.folder / "reader.py").write_text("asset_path('moods.bin')", encoding="utf-8")
    modules = package.digest_modules(["rapport.reader"])

    found = package.digest_assets("churn", package.words_of(modules))

    assert {"assets/moods.bin", "assets/moods.json", "assets/moods.LICENSE.txt"} <= set(found)
    assert "assets/moods.bin" not in package.digest_assets("churn", ["churn"])


def test_a_file_is_read_once_for_all_keys(package):
    before = package.digest_modules(["rapport.errors"])

    (package.folder / "errors.py").write_text("x = 1", encoding="utf-8")

    assert package.digest_modules(["rapport.errors"]) == before
    assert not package.is_as_read(before)


def test_an_added_asset_is_seen(package):
    found = package.digest_assets("churn", [])
    assert package.is_as_read(found)

    (package.folder / "assets/locale/sentences.new.yml").write_text("", encoding="utf-8")

    assert not package.is_as_read(found)


def test_what_is_known_of_a_module_is_not_looked_up_again(package):
    package.digest_modules(["rapport.present"])
    known = dict(package.known)
    again = Package(package.folder, known)

    assert again.digest_modules(["rapport.present"]) == package.digest_modules(["rapport.present"])
    assert again.words_of(["present/figures/lift.py"]) == {"value"}
    assert (package.n_found, again.n_found) == (4, 0)


def test_equal_modules_in_two_places_import_what_they_say_from_there(package):
    for folder in ("analysis", "marts"):
        (package.folder / folder / "twin.py").write_text("from . import rfm", encoding="utf-8")

    found = package.digest_modules(["rapport.analysis.twin", "rapport.marts.twin"])

    assert "analysis/rfm.py" in found
