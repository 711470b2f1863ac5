"""Customers of two snapshots are compared by the numbers that both know."""

from rapport.ingest.identity.moves import Moves, count_moves
from rapport.tables import write_table
from support import table


def links(path, text):
    return write_table(table(text).astype(str), path).path


BEFORE = """
    source  source_id  customer_id
    web     w1         a
    web     w2         b
    till    t1         c
    till    t2         c
    till    t3         d
    """


def compare(tmp_path, after):
    return count_moves(links(tmp_path / "b.parquet", BEFORE), links(tmp_path / "a.parquet", after))


def test_customers_who_are_one_now_are_counted_with_those_they_were(tmp_path):
    after = """
        source  source_id  customer_id
        web     w1         a
        web     w2         a
        till    t1         a
        till    t2         a
        till    t3         d
        """

    assert compare(tmp_path, after) == Moves(1, 3, 0)


def test_a_customer_who_is_several_now_is_counted(tmp_path):
    after = """
        source  source_id  customer_id
        web     w1         a
        web     w2         b
        till    t1         c
        till    t2         e
        till    t3         d
        """

    assert compare(tmp_path, after) == Moves(0, 0, 1)


def test_other_pseudonyms_and_new_or_lost_numbers_are_no_moves(tmp_path):
    after = """
        source  source_id  customer_id
        web     w1         x
        web     w9         x
        till    t1         y
        till    t2         y
        """

    assert compare(tmp_path, after) == Moves(0, 0, 0)
    assert compare(tmp_path, BEFORE) == Moves(0, 0, 0)
