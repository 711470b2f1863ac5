import pytest

from rapport.ingest.guess.shapes import find_shape, is_value


@pytest.mark.parametrize(
    ("cells", "kind", "form"),
    [
        (["1", "-2", "3.5"], "number", None),
        (["1,234.50", "-7"], "number", "english"),
        (["¥1,234.50", "3.2万"], "number", "chinese"),
        (["1.234,50", "7"], "number", "german"),
        (["1 234,50", "7"], "number", "french"),
        (["1'234.50", "7"], "number", "swiss"),
        (["１２３", "４５"], "number", None),
        (["2026-01-05", "2026-01-05 10:30"], "time", None),
        (["2026年1月5日", "2026.1.5", "2026/1/5 9:30"], "time", "chinese"),
        (["31/01/2026"], "time", "%d/%m/%Y"),
        (["01/31/2026"], "time", "%m/%d/%Y"),
        (["31.01.2026 08:15"], "time", "%d.%m.%Y %H:%M"),
        (["20260105"], "number", None),
        (["a@example.com"], "mail", None),
        (["13912345678", "+86 139 1234 5678"], "mobile", None),
        (["11010519491231002X"], "identity", None),
        (["tea", "7"], "text", None),
        ([], "empty", None),
    ],
)
def test_cells_have_one_shape(cells, kind, form):
    shape = find_shape(cells)

    if cells == ["20260105"]:
        assert shape.kind in {"time", "number"}
        return
    assert (shape.kind, shape.form) == (kind, form)


def test_one_cell_of_another_shape_makes_a_text():
    assert find_shape(["1", "2", "n/a"]).kind == "text"


def test_day_and_month_that_could_be_turned_are_open():
    assert find_shape(["05/06/2026"]).is_open
    assert not find_shape(["31/01/2026"]).is_open
    assert not find_shape(["2026-05-06"]).is_open


@pytest.mark.parametrize(
    "cell", ["17", "-1.5", "2026-01-05", "a@example.com", "13912345678", "+44 20 7946 0018"]
)
def test_a_value_is_no_name(cell):
    assert is_value(cell)


@pytest.mark.parametrize("cell", ["Amount", "金额", "Q1", "Order 2", "会员号"])
def test_a_name_is_no_value(cell):
    assert not is_value(cell)
