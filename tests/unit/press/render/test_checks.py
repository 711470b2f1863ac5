import pytest

from document import example
from rapport.errors import ChapterError
from rapport.press.render.checks import check_document
from rapport.press.render.walk import shown_values, walk_runs


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_is_whole(language):
    check_document(example(language))


def spoil_alt(document):
    document["chapters"][1]["blocks"][3]["alt"] = " "


def spoil_number(document):
    document["chapters"][1]["blocks"][7]["number"] = "6.3"


def spoil_anchor(document):
    document["chapters"][2]["anchor"] = "churn"


def spoil_source(document):
    document["front"]["headline"][0]["source"] = {"kind": "", "id": ""}


def spoil_row(document):
    document["chapters"][1]["blocks"][4]["rows"][0]["cells"].pop()


def spoil_action(document):
    document["front"]["actions"]["rows"][0]["cells"].pop()


def spoil_level(document):
    document["chapters"][1]["blocks"][5]["level"] = 3


def spoil_link(document):
    document["front"]["headline"][0]["link"] = "https://example.org"


def spoil_target(document):
    document["front"]["headline"][0]["link"] = "#nowhere"


def spoil_headline(document):
    blocks = document["chapters"][1]["blocks"]
    blocks.append(blocks[0])


def spoil_figure(document):
    document["front"]["figure"]["narrow"] = '<svg><a href="https://example.org"/></svg>'


def spoil_sparkline(document):
    document["front"]["cards"][0]["sparkline"] = "<svg onload='x()'></svg>"


FAULTS = [
    (spoil_alt, "figure 6.1 has no alternative text"),
    (spoil_number, "numbered '6.3' where '6.2' is next"),
    (spoil_anchor, "anchor churn occurs 2 times"),
    (spoil_source, "page one, headline: a run has no source"),
    (spoil_row, "a row has not a cell for each of 6 columns"),
    (spoil_action, "an action has not a cell for each head"),
    (spoil_level, "a heading of level 3 after level 1"),
    (spoil_link, "a link leads out of the file"),
    (spoil_target, "a link leads nowhere"),
    (spoil_headline, "a headline does not stand first"),
    (spoil_figure, "figure figure-bridge holds script or an address"),
    (spoil_sparkline, "a sparkline holds script or an address"),
]


@pytest.mark.parametrize(("spoil", "fault"), FAULTS, ids=[each.__name__ for each, _ in FAULTS])
def test_a_fault_is_named(spoil, fault):
    document = example("en")
    spoil(document)

    with pytest.raises(ChapterError, match=fault):
        check_document(document)


def test_all_faults_are_named_at_once():
    document = example("en")
    for spoil, _ in FAULTS[:4]:
        spoil(document)

    with pytest.raises(ChapterError) as raised:
        check_document(document)

    assert str(raised.value).count(";") >= 3


def test_a_label_that_spells_markup_is_no_fault():
    document = example("en")
    figure = document["front"]["figure"]
    figure["wide"] = figure["wide"].replace(
        "More customers", "&lt;script&gt; onload=x href='https://example.org'"
    )

    check_document(document)


def test_a_value_is_shown_as_its_first_place_prints_it():
    document = example("en")
    document["front"]["cards"][0] |= {"id": "summary.net", "value": "£1.422m"}
    document["front"]["cards"][1] |= {"id": "summary.fresh", "value": "1,607"}

    shown = shown_values(document)

    assert shown["summary.net"] == "£1.42m"
    assert shown["summary.fresh"] == "1,607"
    assert shown["churn.rate.month"] == "5.3%"


def test_every_run_of_the_example_is_walked():
    document = example("en")

    places = {place for place, _ in walk_runs(document)}

    assert "page one, mind" in places
    assert "check, block 2 (list)" in places
