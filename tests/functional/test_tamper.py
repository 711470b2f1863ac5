"""Published, signed files that were changed: every change is found, whatever byte, whatever trick.

The cases are those of the audit's list: 4 to 9 and 18, and attacks on how files are built.
"""

import io
import json
import random

import pikepdf
import pytest

from rapport.errors import TamperedError
from rapport.press.proof.packed import spell_out
from rapport.press.proof.seal.check import check
from rapport.press.proof.slot import find_slot, restore_body

NAMES = [f"report.{language}.{form}" for language in ("en", "zh") for form in ("html", "pdf")]
FORMS = ["report.zh.html", "report.zh.pdf"]
SIGNER = "集团 Analytics"  # of conftest


def verdict(file, trust):
    try:
        return check(file, trust).verdict
    except TamperedError:
        return "tampered"


@pytest.mark.parametrize("name", NAMES)
def test_an_untouched_file_is_sealed_and_says_which_it_is(report, trust, name):
    seal = check((report / name).read_bytes(), trust)

    assert (seal.verdict, seal.signer, seal.claimed, seal.name) == ("sealed", SIGNER, SIGNER, name)


def test_both_languages_and_forms_carry_one_statement(report, trust):
    statements = [check((report / name).read_bytes(), trust).statement for name in NAMES]

    assert all(statement == statements[0] for statement in statements)


def test_the_statement_holds_the_values_and_what_they_were_made_of(report, trust):
    statement = check((report / "report.en.pdf").read_bytes(), trust).statement

    predicate, values = spell_out(statement)
    assert {"code", "tables", "execution"} <= set(predicate)
    assert values == json.loads((report / "values.json").read_bytes())
    assert predicate["parameters"]["churn_after_days"] == 180
    assert predicate["log"]["index"] == 2


@pytest.mark.parametrize("name", NAMES)
def test_sealing_adds_nothing_but_the_slot(made, report, name):
    file = (report / name).read_bytes()
    slot = find_slot(file)

    assert len(restore_body(file)) == len(file)
    assert slot.size % 32_768 == 0


def change(file, draw, place):
    """Change one file in one of eight ways at a place."""
    end = min(len(file), place + draw.randint(1, 40))
    other = draw.randrange(len(file))
    ways = (
        lambda: file[:place] + bytes([file[place] ^ 1 << draw.randrange(8)]) + file[place + 1 :],
        lambda: file[:place] + bytes([draw.randrange(256)]) + file[place + 1 :],
        lambda: file[:place] + draw.randbytes(end - place) + file[end:],
        lambda: file[:place] + file[end:],
        lambda: file[:place] + draw.randbytes(draw.randint(1, 9)) + file[place:],
        lambda: file[:place] + file[place:end] * 2 + file[end:],
        lambda: file[:place] + file[other : other + end - place] + file[end:],
        lambda: file[:place],
    )
    return draw.choice(ways)()


@pytest.mark.parametrize("name", FORMS)
def test_a_thousand_changes_are_all_found(report, trust, name):
    file = (report / name).read_bytes()
    slot = find_slot(file)
    draw = random.Random(name)
    # A third inside the slot, where a change would be cleverest.
    places = [draw.randrange(len(file)) for _ in range(700)]
    places += [draw.randrange(slot.start, slot.start + slot.size) for _ in range(350)]

    changed = [(place, change(file, draw, place)) for place in places]
    missed = [at for at, new in changed if new != file and verdict(new, trust) != "tampered"]

    assert sum(new != file for _, new in changed) >= 1000
    assert missed == []


def save(pdf, **how):
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def resave(file, edit=lambda pdf: None, **how):
    with pikepdf.open(io.BytesIO(file)) as pdf:
        edit(pdf)
        return save(pdf, **how)


def append_revision(file):
    """Append a revision by hand, as an editor does that leaves what was there in place."""
    start = int(file.rpartition(b"startxref")[2].split()[0])
    with pikepdf.open(io.BytesIO(file)) as pdf:
        size, root = int(pdf.trailer["/Size"]), pdf.Root.objgen[0]
    place = len(file) + 1
    body = b"\n%d 0 obj\n<< /Note (edited) >>\nendobj\n" % size
    table = b"xref\n%d 1\n%010d 00000 n \n" % (size, place)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size + 1, root, start)
    end = b"startxref\n%d\n%%%%EOF\n" % (len(file) + len(body))
    new = file + body + table + trailer + end
    pikepdf.open(io.BytesIO(new)).close()
    return new


def swap_attachment(file, content):
    def edit(pdf):
        (name,) = pdf.attachments
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content)

    return resave(file, edit)


def drop_attachment(pdf):
    for name in list(pdf.attachments):
        del pdf.attachments[name]


def second_attachment(pdf):
    pdf.attachments["rapport-record-2.json"] = pikepdf.AttachedFileSpec(pdf, b"{}")


def in_slot_of(file, other):
    """Put the slot of one file into the other."""
    slot, theirs = find_slot(file), find_slot(other)
    return file[: slot.start] + theirs.content + file[slot.start + slot.size :]


PDF = {
    "saved again": lambda f, o: resave(f),
    "linearised": lambda f, o: resave(f, linearize=True),
    "made smaller": lambda f, o: resave(
        f, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=True
    ),
    "a revision appended": lambda f, o: append_revision(f),
    "its record swapped for another run's": lambda f, o: swap_attachment(f, find_slot(o).content),
    "its record swapped for its own": lambda f, o: swap_attachment(f, find_slot(f).content),
    "its record taken out": lambda f, o: resave(f, drop_attachment),
    "a second record attached": lambda f, o: resave(f, second_attachment),
    "a page taken out": lambda f, o: resave(f, lambda pdf: pdf.pages.__delitem__(0)),
    "a script put in": lambda f, o: resave(
        f,
        lambda pdf: pdf.Root.__setitem__(
            "/OpenAction", pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        ),
    ),
    "something before it": lambda f, o: b"%junk\n" + f,
    "something behind it": lambda f, o: f + b"\n",
    "another report behind it": lambda f, o: f + o,
    "another report before it": lambda f, o: o + f,
    "the envelope of another run": in_slot_of,
}
HTML = {
    "a script behind it": lambda f, o: f + b"<script>alert(1)</script>",
    "a script before it": lambda f, o: b"<script>alert(1)</script>" + f,
    "a style that hides": lambda f, o: f.replace(b"</head>", b"<style>p{}</style></head>", 1),
    "a comment": lambda f, o: f.replace(b"</body>", b"<!-- --></body>", 1),
    "a digit edited": lambda f, o: f.replace(b"2026", b"2025", 1),
    "a digit edited and the old envelope kept": lambda f, o: in_slot_of(
        f.replace(b"2026", b"2025", 1), f
    ),
    "a second record": lambda f, o: f.replace(b"</body>", find_slot(o).content + b"</body>", 1),
    "its record taken out": lambda f, o: f.replace(find_slot(f).content, b""),
    "its record emptied": lambda f, o: restore_body(f),
    "its record commented": lambda f, o: f.replace(
        find_slot(f).content, b"<!--" + find_slot(f).content + b"-->"
    ),
    "the envelope of another run": in_slot_of,
    "line ends of Windows": lambda f, o: f.replace(b"\n", b"\r\n"),
    "a mark of its encoding": lambda f, o: b"\xef\xbb\xbf" + f,
    "saved as UTF-16": lambda f, o: f.decode("utf-8").encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "attack"),
    [("report.en.pdf", attack) for attack in PDF] + [("report.en.html", attack) for attack in HTML],
)
def test_an_attack_on_how_a_file_is_built_is_found(made, report, trust, name, attack):
    file, other = (report / name).read_bytes(), (made.report / name).read_bytes()

    new = (PDF if name.endswith(".pdf") else HTML)[attack](file, other)

    assert new != file
    assert verdict(new, trust) == "tampered"
