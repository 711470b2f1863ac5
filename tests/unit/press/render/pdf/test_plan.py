"""Where pages begin: planned from heights alone."""

import pytest

from rapport.press.render.pdf.pages import Item, plan_pages

HEADING = Item("heading", 20)
TEXT = Item("text", 60)
FIGURE = Item("figure", 300)
OPENING = Item("opening", 40)


def table(height: float) -> Item:
    return Item("table", height, first=60, last=60, again=20)


def order(items: list[Item], height: float = 600.0) -> list[int]:
    return [step.item for step in plan_pages(items, height)[0]]


def starts(items: list[Item], height: float = 600.0) -> list[int]:
    return [step.item for step in plan_pages(items, height)[0] if step.starts_page]


def test_what_fits_stays_in_order():
    assert order([OPENING, TEXT, FIGURE, TEXT]) == [0, 1, 2, 3]


def test_text_goes_before_a_figure_that_does_not_fit():
    assert order([OPENING, TEXT, FIGURE, TEXT, FIGURE, TEXT, TEXT]) == [0, 1, 2, 3, 5, 6, 4]


def test_two_figures_never_change_places():
    items = [TEXT, FIGURE, TEXT, Item("figure", 350), Item("figure", 50), TEXT, TEXT]

    assert [place for place in order(items) if items[place].kind == "figure"] == [1, 3, 4]


def test_nothing_leaves_its_chapter():
    items = [OPENING, FIGURE, TEXT, FIGURE, OPENING, TEXT, TEXT, TEXT]

    found = order(items)

    assert found.index(3) < found.index(4)


def test_a_heading_goes_to_the_next_page_with_what_follows():
    items = [TEXT] * 9 + [HEADING, TEXT]

    assert starts(items) == [0, 9]


def test_a_heading_never_stands_over_another_whose_content_waits():
    items = [TEXT, TEXT, FIGURE, HEADING, FIGURE, HEADING, TEXT]

    found = order(items)

    assert found[found.index(3) + 1] != 5


def test_a_table_is_torn_where_the_page_ends():
    steps, filled = plan_pages([TEXT, TEXT, table(600), TEXT], 600.0)

    assert [step.torn for step in steps] == [False, False, True, False]
    # 604 points are left for text and table on the first page, less what rounding may add.
    assert filled == pytest.approx(120 + 600 - 596 + 20 + 60)


def test_of_a_torn_table_some_rows_stand_on_either_page():
    assert starts([TEXT] * 9 + [table(120)]) == [0, 9]


def test_a_table_of_many_pages_is_planned_to_its_end():
    steps, filled = plan_pages([TEXT, table(3_000), TEXT], 600.0)

    assert [step.item for step in steps] == [0, 1, 2]
    assert filled < 600


def test_what_is_taller_than_a_page_is_set_all_the_same():
    assert order([TEXT, Item("figure", 900), TEXT]) in ([0, 1, 2], [0, 2, 1])


def test_the_first_page_may_be_filled_already():
    steps, _ = plan_pages([FIGURE], 600.0, start=500.0)

    assert steps[0].starts_page


def test_the_same_blocks_are_planned_the_same_way():
    items = [OPENING, *[TEXT, FIGURE, table(200), HEADING, TEXT] * 12]

    assert plan_pages(items, 700.0) == plan_pages(items, 700.0)
    assert sorted(order(items, 700.0)) == list(range(len(items)))
