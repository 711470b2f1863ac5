"""Identifiers are found however a text breaks them up, and ordinary texts hold none."""

import pytest

from rapport.privacy.scan import CUT, Candidates, is_confirmed
from rapport.privacy.texts import list_groups
from rapport.privacy.wording import make_keys

PEOPLE = [
    ("name", "Anna Smith"),
    ("name", "张伟"),
    ("name", "欧阳娜娜"),
    ("phone", "+86 138 0013 8000"),
    ("phone", "07700 900123"),
    ("email", "anna.smith@example.org"),
    ("address", "12 High Street, Leeds"),
    ("openid", "oAbC-1234567890xyz"),
    ("customer_number", "10005"),
    ("birth_date", "1985-03-12"),
]

HEADS = frozenset(key[:CUT] for person in PEOPLE for key in make_keys(*person))


def find(*contents, labels=()):
    """Give the kinds that are confirmed to stand in what a report would hold."""
    candidates = Candidates(HEADS)
    for at, content in enumerate(contents):
        for groups in list_groups(content):
            candidates.add(f"output {at}", groups)
    candidates.add_labels("labels", labels)
    return {
        kind
        for kind, value in PEOPLE
        for key in make_keys(kind, value)
        for hit in candidates.found.get(key, [])
        if is_confirmed(kind, value, key, hit)
    }


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("Anna Smith", "name"),
        ("the customer is ANNA SMITH, of Leeds", "name"),
        ("Smith, Anna", "name"),
        ("客户张伟投诉", "name"),
        ("张 伟", "name"),
        ("call 13800138000 now", "phone"),
        ("call 008613800138000 now", "phone"),
        ("138-0013-8000", "phone"),
        ("１３８００１３８０００", "phone"),
        ("x13800138000y", "phone"),
        ("138\u200b00138\u2060000", "phone"),
        ("+44 7700 900123", "phone"),
        ("(07700) 900-123", "phone"),
        (13800138000, "phone"),
        ("mail anna.smith@example.org.", "email"),
        ("Anna.Smith @ Example.Org", "email"),
        ("at 12 high street leeds", "address"),
        ("id=oabc1234567890XYZ;", "openid"),
        ("number １０００５", "customer_number"),
        ("born 12 March 1985", "birth_date"),
        ("1985年3月12日", "birth_date"),
        ([{"text": "anna.sm"}, {"text": "ith@exam"}, {"text": "ple.org"}], "email"),
        ([{"text": "138"}, {"text": "0013"}, {"text": "8000"}], "phone"),
        ([["Anna", "Smith", "12.00"]], "name"),
        (["张", "伟"], "name"),
        ("<td>张伟</td>", "name"),
        ("<td>Anna</td><td>Smith</td>", "name"),
        ("<p>anna<b>.smith</b><i>@example</i>.org</p>", "email"),
        ("<svg><text>An<tspan>na Sm</tspan>ith</text></svg>", "name"),
        ('<svg role="img" aria-label="Anna Smith"><path d="M0 0"/></svg>', "name"),
        ("<svg><title>Anna &#x53;mith</title></svg>", "name"),
        ("<svg><!-- Anna Smith --></svg>", "name"),
        ({"alt": {"en": "bars", "zh": "张伟的消费"}}, "name"),
        ({"data": {"text/html": "<p>欧阳娜娜</p>"}}, "name"),
    ],
)
def test_an_identifier_is_found(content, kind):
    assert kind in find(content)


@pytest.mark.parametrize(
    "content",
    [
        "scanna smithy",  # inside longer words
        "Anna likes Smith's shop",
        "伟张",
        "王张, 伟大",  # a name across two pieces that are longer
        ["开张", "伟业"],
        "10,005 customers, 10005 rows",
        "13,800,138,000.00",
        "2010-12-09 2010-12-31 1985",
        "1380013800",
        "113800138000000",
        "12 High Street, York",
        '<svg><path d="M138 0013 8000 L07700 900123"/></svg>',
        {"image/png": "QW5uYSBTbWl0aA=="},
    ],
)
def test_an_ordinary_text_holds_none(content):
    assert find(content) == set()


def test_a_short_number_counts_where_it_labels_a_row():
    assert find(labels=["10005"]) == {"customer_number"}
    assert find(labels=["10,005", "1000", "100057"]) == set()


def test_a_number_with_letters_is_not_put_together_from_cells():
    cells = [["n/o"], ["AbC"], ["1234567890"], ["xyz"]]

    assert find({"cells": [cell[0] for cell in cells]}) == set()
    assert find("oAbC 1234567890 xyz") == {"openid"}
    assert find({"cells": ["Anna", "Smith"]}) == {"name"}


def test_only_what_begins_as_an_identifier_does_is_kept_to_be_looked_up():
    candidates = Candidates(HEADS)

    candidates.add("cell 1", [["Anna Karenina met Bob Smithers and others, 138001380, in 1985"]])

    assert sorted(candidates.found) == ["w:smithers", "w:smithersand", "w:smithersando"]


def test_a_pseudonym_is_found_whoevers_it_is():
    candidates = Candidates(frozenset())

    candidates.add("cell 3", [["customer c174dbf59bc6726967d1b16837e54f90c"]])
    candidates.add("cell 4", [["digest ac174dbf59bc6726967d1b16837e54f90c0"]])

    assert candidates.pseudonyms == ["cell 3"]


def test_texts_of_both_languages_are_read_apart():
    content = {"text": {"en": [{"text": "An"}], "zh": [{"text": "张"}]}, "more": "na Smith"}

    assert find(content) == {"name"}
    assert find({"en": ["张"], "zh": ["伟"]}) == set()
