from decimal import Decimal

import pytest

from rapport.analysis.measured import Measured, share


def test_a_part_of_a_whole_carries_its_denominator_and_interval():
    found = share("best.share", 3, 8, interval=(0.14, 0.69))

    assert found == Measured("best.share", 0.375, "ratio", "share", n=8, interval=(0.14, 0.69))


def test_a_share_of_nobody_is_none_and_has_no_interval():
    found = share("best.share", 0, 0, interval=(0.0, 1.0))

    assert (found.value, found.n, found.interval) == (None, 0, None)


def test_none_of_many_is_a_share_of_zero():
    assert share("best.share", 0, 8, interval=None).value == 0


@pytest.mark.parametrize(
    ("name", "slot"),
    [("net", "net"), ("rate.month", "rate_month"), ("net.per_day.change", "net_per_day_change")],
)
def test_a_sentence_asks_for_a_number_by_its_name_without_points(name, slot):
    assert Measured(name, 1, "count", "customers").slot == slot


def test_money_stays_as_exact_as_it_was_measured():
    assert str(Measured("net", Decimal("10.1000"), "money", "GBP").value) == "10.1000"


def test_a_measured_number_cannot_be_changed():
    found = Measured("net", 1, "count", "customers")

    with pytest.raises(AttributeError, match="cannot assign to field 'value'"):
        found.value = 2
