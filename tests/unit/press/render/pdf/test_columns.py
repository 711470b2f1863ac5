"""Where two columns of the appendix part, from heights alone."""

from rapport.press.render.pdf.columns import LINE, Flowing, plan_columns

HEAD = Flowing(15, 16, is_head=True)


def text(lines: int) -> Flowing:
    return Flowing(lines * LINE, 6)


def test_short_parts_end_about_equally_high():
    parting, end = plan_columns([HEAD, text(10), HEAD, text(10)], 700.0, 700.0)

    assert parting == 2
    assert end == 15 + 6 + 10 * LINE


def test_columns_never_part_after_a_head():
    blocks = [text(2), HEAD, text(20)]

    parting, _ = plan_columns(blocks, 700.0, 700.0)

    assert parting != 2


def test_one_block_is_not_parted():
    assert plan_columns([text(20)], 700.0, 700.0) == (None, 20 * LINE)


def test_of_many_pages_only_the_last_is_parted():
    blocks = [text(20) for _ in range(14)]  # 236 points each: five in two columns of 700

    parting, end = plan_columns(blocks, 700.0, 700.0)

    assert parting is not None
    assert parting > 11
    assert end < 700


def test_columns_that_begin_low_on_a_page_end_on_the_same():
    parting, end = plan_columns([text(5), text(5)], 200.0, 700.0)

    assert (parting, end) == (1, 500 + 5 * LINE)


def test_a_block_longer_than_a_column_flows_on():
    parting, end = plan_columns([text(100)], 700.0, 700.0)

    assert parting is None
    assert end <= 700
