import pytest

from rapport.errors import ChapterError
from rapport.press.render.markdown import read_prose

SOURCE = {"kind": "prose", "id": "churn.4"}


def plain(runs):
    return "".join(run["text"] for run in runs)


def test_headings_paragraphs_and_lists_become_blocks():
    blocks = read_prose(
        "## Who leaves?\n\nText that\nruns on.\n\n- one\n- two\n\n1. first", source=SOURCE
    )

    assert [block["type"] for block in blocks] == ["heading", "paragraph", "list", "list"]
    assert plain(blocks[1]["text"]) == "Text that runs on."
    assert [plain(item) for item in blocks[2]["items"]] == ["one", "two"]


def test_strong_words_and_code_are_runs_of_their_own():
    (block,) = read_prose("Use **four orders** and `verify`.", source=SOURCE)

    assert [(run["text"], run["strong"], run.get("code", False)) for run in block["text"]] == [
        ("Use ", False, False),
        ("four orders", True, False),
        (" and ", False, False),
        ("verify", False, True),
        (".", False, False),
    ]


def test_every_run_names_its_cell():
    (block,) = read_prose("Some *slanted* words.", source=SOURCE)

    assert plain(block["text"]) == "Some slanted words."
    assert [run["source"] for run in block["text"]] == [SOURCE]


def test_an_address_out_of_the_file_is_spelt_out_and_no_link():
    (block,) = read_prose("See [Wilson](https://doi.org/10.2307/2276774).", source=SOURCE)

    assert plain(block["text"]) == "See Wilson (doi.org/10.2307/2276774)."
    assert not any("link" in run for run in block["text"])


def test_an_address_that_stands_there_already_is_not_repeated():
    (block,) = read_prose("<https://doi.org/10.2307/2276774>", source=SOURCE)

    assert plain(block["text"]) == "https://doi.org/10.2307/2276774"


def test_a_link_inside_the_file_stays():
    (block,) = read_prose("See [churn](#churn).", source=SOURCE)

    assert [run.get("link") for run in block["text"]] == [None, "#churn", None]


def test_what_looks_like_markup_inside_code_is_text():
    (block,) = read_prose("`<b>`", source=SOURCE)

    assert plain(block["text"]) == "<b>"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "words <b>strong</b>",
        "<!-- hidden -->",
        "![picture](x.png)",
        "> quoted",
        "---",
        "- one\n  - nested",
        "- one\n\n  two paragraphs",
    ],
)
def test_what_a_report_cannot_show_is_refused(text):
    with pytest.raises(ChapterError, match=r"churn\.4: prose holds"):
        read_prose(text, source=SOURCE)
