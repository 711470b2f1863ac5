"""An analyst's note is read strictly: a figure is a slot, and nothing in it is markup."""

from pathlib import Path

import pytest

from rapport.errors import ParameterError
from rapport.params.notes import MOST_CHARACTERS, MOST_WORDS, read_notes, trust_note

HEAD = "---\nname: A. Analyst\ndate: 2026-07-03\n---\n"


def put(root: Path, text: str, name: str = "2026-06.en.md") -> Path:
    path = root / "params" / "notes" / "shop" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def test_a_unit_without_notes_has_none(tmp_path):
    assert read_notes(tmp_path, "shop") == []


def test_a_note_is_words_and_slots_with_their_lines(tmp_path):
    put(tmp_path, HEAD + "Sales of {summary.net:headline}\nare good.\n")

    (note,) = read_notes(tmp_path, "shop")

    assert (note.period, note.language, note.name) == ("2026-06", "en", "A. Analyst")
    assert note.written_on.isoformat() == "2026-07-03"
    slots = [(piece.value, piece.style, piece.line) for piece in note.pieces if piece.value]
    assert slots == [("summary.net", "headline", 5)]
    assert trust_note(note.describe()) == note


def test_notes_come_by_period_and_language(tmp_path):
    put(tmp_path, HEAD + "说明。\n", "2026-06.zh.md")
    put(tmp_path, HEAD + "A note.\n", "2026-W26.en.md")
    put(tmp_path, HEAD + "A note.\n", "FY2026-P03.en.md")
    put(tmp_path, HEAD + "A note.\n")

    notes = read_notes(tmp_path, "shop")

    names = [(note.period, note.language) for note in notes]
    assert names == [("2026-06", "en"), ("2026-06", "zh"), ("2026-W26", "en"), ("FY2026-P03", "en")]


@pytest.mark.parametrize("digit", ["7", "７", "²", "Ⅳ", "①", "٣"])
def test_a_digit_typed_by_hand_is_named_with_file_and_line(tmp_path, digit):
    put(tmp_path, HEAD + f"Sales\nrose by {digit} percent.\n")

    with pytest.raises(ParameterError, match=r"2026-06\.en\.md line 6: '.' is typed by hand"):
        read_notes(tmp_path, "shop")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Sales {summary net}.", "line 5: a brace that is no slot"),
        ("Sales {{summary.net}}.", "line 5: a brace that is no slot"),
        ("Sales {net}.", "line 5: a brace that is no slot"),
        ("Sales \u202eesor.", r"line 5: a character that cannot be seen \(U\+202E\)"),
        ("Sales\x1b[m.", r"line 5: a character that cannot be seen \(U\+001B\)"),
        ("  \n", "the note says nothing"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, text, fault):
    put(tmp_path, HEAD + text)

    with pytest.raises(ParameterError, match=fault):
        read_notes(tmp_path, "shop")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert</script>",
        '#read("/etc/passwd")',
        r"\input{}"[:6],
        "=HYPERLINK(x)",
        "**b** _i_",
    ],
)
def test_markup_is_kept_as_words(tmp_path, text):
    put(tmp_path, HEAD + text)

    (note,) = read_notes(tmp_path, "shop")

    assert "".join(piece.text for piece in note.pieces).strip() == text


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ("", "line 1: no front matter"),
        ("---\nname: A\n", "line 1: no front matter"),
        ("---\nname: A\n---\n", "line 1: date is missing"),
        ("---\ndate: 2026-07-03\n---\n", "line 1: name is missing"),
        ("---\nname: A\ndate: July\n---\n", "line 3: date must be a day"),
        ("---\nname: A\nname: B\ndate: 2026-07-03\n---\n", "line 3: only name: and date:"),
        ("---\nname: A\ndate: 2026-07-03\nrole: boss\n---\n", "line 4: only name: and date:"),
        (f"---\nname: {'A' * 61}\ndate: 2026-07-03\n---\n", "line 2: name must be"),
        ("---\nname: A\u202eB\ndate: 2026-07-03\n---\n", "line 2: name must be"),
    ],
)
def test_front_matter_says_who_and_when_and_no_more(tmp_path, head, fault):
    put(tmp_path, head + "A note.\n")

    with pytest.raises(ParameterError, match=fault):
        read_notes(tmp_path, "shop")


def test_page_one_takes_so_many_words_and_no_more(tmp_path):
    put(tmp_path, HEAD + "word " * (MOST_WORDS - 1) + "{a.b}")
    assert len(read_notes(tmp_path, "shop")) == 1

    put(tmp_path, HEAD + "word " * MOST_WORDS + "{a.b}")
    with pytest.raises(ParameterError, match="81 words, of which page one takes 80"):
        read_notes(tmp_path, "shop")


def test_page_one_takes_so_many_chinese_characters_and_no_more(tmp_path):
    put(tmp_path, HEAD + "字" * (MOST_CHARACTERS - 4) + " {a.b}", "2026-06.zh.md")
    assert len(read_notes(tmp_path, "shop")) == 1

    put(tmp_path, HEAD + "字" * (MOST_CHARACTERS - 3) + " {a.b}", "2026-06.zh.md")
    with pytest.raises(ParameterError, match="161 characters, of which page one takes 160"):
        read_notes(tmp_path, "shop")


@pytest.mark.parametrize("name", ["june.en.md", "2026-06.md", "2026-06.fr.md", "2026-6.en.md"])
def test_a_file_of_another_name_is_no_note(tmp_path, name):
    put(tmp_path, HEAD + "A note.\n", name)

    with pytest.raises(ParameterError, match=f"notes/shop/{name}: is no note's name"):
        read_notes(tmp_path, "shop")


def test_a_note_that_is_not_utf8_is_named(tmp_path):
    put(tmp_path, HEAD).write_bytes(HEAD.encode() + "说明".encode("gb18030"))

    with pytest.raises(ParameterError, match=r"2026-06\.en\.md: is not UTF-8"):
        read_notes(tmp_path, "shop")


def test_every_fault_of_every_note_is_told_at_once(tmp_path):
    put(tmp_path, HEAD + "Sales 1\nand 2.")
    put(tmp_path, "A note.", "2026-05.en.md")

    with pytest.raises(ParameterError) as caught:
        read_notes(tmp_path, "shop")

    assert len(str(caught.value).splitlines()) == 3
