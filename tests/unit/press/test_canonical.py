import copy
import hashlib

import pytest

from rapport.press.canonical import canonical_bytes, canonicalise, find_accidents, weave
from rapport.press.run.keys.key import KEY_SCHEMA


def code(source="1", *outputs, tags=(), count=7, **other):
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code", "id": "random", "metadata": {**metadata, **other}, "source": source,
        "outputs": list(outputs), "execution_count": count,
    }  # fmt: skip


def prose(source, *tags):
    return {"cell_type": "markdown", "id": "x", "metadata": {"tags": list(tags)}, "source": source}


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def shown(**forms):
    mimes = {"plain": "text/plain", "html": "text/html", "svg": "image/svg+xml"}
    data = {mimes[name]: text for name, text in forms.items()}
    return {"output_type": "display_data", "data": data, "metadata": {"isolated": True}}


def notebook(*cells):
    return {"cells": list(cells), "metadata": {"papermill": {"duration": 1.2}}, "nbformat": 4}


def first_outputs(nb):
    return canonicalise(nb)["cells"][0]["outputs"]


def test_cells_are_named_by_position_and_counted_in_order():
    cells = canonicalise(notebook(prose("# A"), code(count=5), code(count=9)))["cells"]

    assert [cell["id"] for cell in cells] == ["cell-1", "cell-2", "cell-3"]
    assert [cell.get("execution_count") for cell in cells] == [None, 1, 2]


def test_of_metadata_only_tags_and_the_language_stay():
    canonical = canonicalise(
        notebook(code(tags=["setup"], papermill={"duration": 1}, execution={"iopub": "now"}))
    )

    assert canonical["cells"][0]["metadata"] == {"tags": ["setup"]}
    assert canonical["metadata"]["language_info"] == {"name": "python"}
    assert "papermill" not in canonical["metadata"]


def test_standard_error_goes_and_the_streams_around_it_become_one():
    outputs = first_outputs(notebook(code("1", stream("a\n"), stream("!", "stderr"), stream("b"))))

    assert outputs == [{"name": "stdout", "output_type": "stream", "text": ["a\n", "b"]}]


def test_plain_text_goes_where_a_richer_form_exists_and_stays_where_none_does():
    outputs = first_outputs(
        notebook(code("1", shown(plain="<obj at 0x1>", html="<b>"), shown(plain="3")))
    )

    assert [output["data"] for output in outputs] == [
        {"text/html": ["<b>"]},
        {"text/plain": ["3"]},
    ]
    assert outputs[0]["metadata"] == {}


def test_cells_that_papermill_adds_about_an_error_go():
    cells = canonicalise(notebook(prose("An Exception", "papermill-error-cell-tag"), code()))

    assert len(cells["cells"]) == 1


def test_a_cell_that_never_ran_has_no_count():
    cells = canonicalise(notebook(code(), code(count=None)))["cells"]

    assert [cell["execution_count"] for cell in cells] == [1, None]


def test_text_means_the_same_as_one_string_and_as_lines():
    whole = notebook(code("a\nb", stream("c\nd\n")))
    lines = notebook(code(["a\n", "b"], stream(["c\n", "d\n"])))

    assert canonical_bytes(canonicalise(whole)) == canonical_bytes(canonicalise(lines))


def test_a_canonical_notebook_is_its_own_canonical_form():
    once = canonicalise(notebook(prose("# A", "en"), code("1", shown(html="<b>\n</b>"))))

    assert canonicalise(once) == once


def test_the_notebook_given_is_unchanged():
    given = notebook(code("1", stream("a"), stream("b")))
    before = copy.deepcopy(given)

    canonicalise(given)

    assert given == before


def test_bytes_are_sorted_utf8_with_a_newline_at_the_end():
    spelt = canonical_bytes({"b": "客户", "a": 1})

    assert spelt == '{\n "a": 1,\n "b": "客户"\n}\n'.encode()


def test_injected_parameters_look_the_same_with_and_without_black():
    laid_out = code("# Parameters\ndays = [\n    1,\n    2,\n]\n", tags=["injected-parameters"])
    plain = code("# Parameters\ndays = [1,2]", tags=["injected-parameters"])

    assert canonicalise(notebook(laid_out)) == canonicalise(notebook(plain))
    assert canonicalise(notebook(plain))["cells"][0]["source"] == [
        "# Parameters\n",
        "days = [1, 2]",
    ]


def test_a_canonical_form_that_changes_needs_a_new_schema_of_keys():
    # Notebooks already in the store have the old form: if this digest moves, raise KEY_SCHEMA.
    sample = notebook(
        prose("# A", "en"), code("days = 2", tags=["injected-parameters"]),
        code("1", stream("a\n"), stream("b", "stderr"), shown(plain="x", html="<b>\n</b>")),
    )  # fmt: skip

    digest = hashlib.sha256(canonical_bytes(canonicalise(sample))).hexdigest()

    assert (KEY_SCHEMA, digest[:12]) == (1, "4aa3945c6f0d")


def test_weaving_gives_what_executing_the_edited_prose_would_give():
    parameters = code("days = 1", tags=["parameters"])
    injected = code("days = 2", tags=["injected-parameters"])
    before = notebook(prose("# Old"), parameters, injected, code("f(days)", stream("2")))
    after = notebook(
        prose("# New"), prose("# And more"), parameters, injected,
        code("f(days)  # why", stream("2")),
    )  # fmt: skip
    edited = notebook(prose("# New"), prose("# And more"), parameters, code("f(days)  # why"))

    woven = weave(canonicalise(before), edited)

    assert woven == canonicalise(after)


def test_weaving_keeps_injected_parameters_of_a_notebook_without_a_parameters_cell():
    injected = code("days = 2", tags=["injected-parameters"])
    done = canonicalise(notebook(injected, prose("# Old"), code("1")))

    woven = weave(done, notebook(prose("# New"), code("1")))

    assert woven == canonicalise(notebook(injected, prose("# New"), code("1")))


@pytest.mark.parametrize(
    ("output", "finding"),
    [
        (stream("a warning of Ms Miller", "stderr"), "cell 1 writes to standard error"),
        (shown(plain="<Styler at 0x7f3a2b1c>"), "cell 1 shows the address of an object"),
        (shown(plain="read /home/ann/orders.csv"), "cell 1 shows an absolute path"),
        (shown(html=r"read D:\orders.csv"), "cell 1 shows an absolute path"),
    ],
)
def test_accidents_are_found_and_not_repeated(output, finding):
    assert find_accidents(notebook(code("1", output))) == [finding]


@pytest.mark.parametrize(
    "harmless",
    [
        "n/a, and/or, 30/11/2010, 3 / 4 customers, 12 km/h, 客户/订单",
        "<b>a</b><i/></div>",
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0/1"/></svg>',
        "see https://example.org/a/b/c",
        "product 0x12",
    ],
)
def test_slashes_and_short_codes_are_no_accidents(harmless):
    assert find_accidents(notebook(code("1", shown(html=harmless)))) == []


def test_an_address_in_plain_text_beside_a_richer_form_is_no_accident():
    nb = notebook(code("1", shown(plain="<Styler at 0x7f3a2b1c>", html="<b>")))

    assert find_accidents(nb) == []
