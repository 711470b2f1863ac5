"""Every row of the format table, in both languages."""

from datetime import date
from decimal import Decimal

import pytest

from rapport.present.formats import show, show_axis, table_decimals, unit_name
from rapport.present.values import WITHHELD, Suppressed, Value, date_value, period_value

NBSP = "\u00a0"


def money(amount, unit="GBP", **more):
    return Value("a.money", amount, "money", unit, **more)


def share(number, **more):
    return Value("a.share", number, "ratio", "share", **more)


@pytest.mark.parametrize(
    ("amount", "english", "chinese"),
    [
        (Decimal("8348208.57"), "£8.35m", "834.82 万英镑"),
        (Decimal("834820.86"), "£834.8k", "83.48 万英镑"),
        (Decimal("123456789"), "£123.46m", "1.23 亿英镑"),
        (Decimal("1234567890"), "£1.23bn", "12.35 亿英镑"),
        (Decimal("999950"), "£1.00m", "100.00 万英镑"),
        (Decimal("999.5"), "£1.0k", "1,000 英镑"),
        (Decimal("439.4"), "£439", "439 英镑"),
        (Decimal("99.995"), "£100", "100 英镑"),
        (Decimal("4.505"), "£4.51", "4.51 英镑"),
        (Decimal("-32345"), "−£32.3k", "−3.23 万英镑"),
        (Decimal("0"), "£0.00", "0.00 英镑"),
    ],
)
def test_headline_money_is_scaled_by_its_rounded_size(amount, english, chinese):
    assert show(money(amount), "en") == english
    assert show(money(amount), "zh") == chinese.replace(" ", NBSP)


@pytest.mark.parametrize(
    ("unit", "english", "chinese"),
    [("EUR", "€8.83m", "883.20 万欧元"), ("USD", "US$8.83m", "883.20 万美元"),
     ("CNY", "CN¥8.83m", "883.20 万元"), ("SEK", "SEK 8.83m", "883.20 万 SEK")],
)  # fmt: skip
def test_a_currency_has_its_symbol_before_and_its_word_after(unit, english, chinese):
    assert show(money(8832003.27, unit), "en") == english.replace(" ", NBSP)
    assert show(money(8832003.27, unit), "zh") == chinese.replace(" ", NBSP)


def test_money_in_tables_keeps_its_digits():
    assert show(money(Decimal("8832003.274")), "en", style="table") == "8,832,003.27"
    assert show(money(Decimal("-5.005")), "zh", style="table") == "−5.01"


def test_a_bare_amount_keeps_its_scale():
    assert show(money(74312), "en", style="signed bare") == "+£74.3k"
    assert show(money(74312), "zh", style="signed bare") == f"+7.43{NBSP}万"


def test_the_heading_over_an_amount_names_its_unit():
    assert unit_name(money(1422700), "zh") == "万英镑"
    assert unit_name(money(439), "zh") == "英镑"
    assert unit_name(Value("a.n", 5, "count", "customers"), "zh") == "位"


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.735, "73.5%"), (0.00449, "0.45%"), (0.01, "1.0%"), (0.0, "0%"), (1.0, "100%"),
     (0.28449999, "28.4%"), (0.2845, "28.5%"), (0.0005, "0.05%")],
)  # fmt: skip
def test_shares_have_one_decimal_and_two_under_one_percent(number, shown):
    assert show(share(number), "en") == shown
    assert show(share(number), "zh") == shown


def test_rounding_is_half_up_on_the_decimal_string():
    assert show(share(0.285), "en", style="whole") == "29%"
    assert show(share(-0.285), "en", style="whole") == "−29%"


def test_an_interval_says_what_it_is():
    rate = share(0.735, interval=(0.702, 0.767), n=4312)

    assert show(rate, "en", style="interval") == f"73.5% (95%{NBSP}interval 70.2% to 76.7%)"
    assert show(rate, "zh", style="interval") == "73.5%（95% 区间 70.2% 至 76.7%）"
    assert show(rate, "en", style="limits whole") == "70% to 77%"
    assert show(rate, "en", style="n") == "4,312"


def test_limits_have_the_scale_of_their_value():
    revenue = money(1020000, interval=(990000, 1050000))

    assert show(revenue, "en", style="limits") == "£0.99m to £1.05m"
    assert show(revenue, "zh", style="limits") == f"99.00 至 105.00{NBSP}万英镑"


def test_without_an_interval_the_value_stands_alone():
    assert show(share(0.5), "en", style="interval") == "50.0%"
    assert show(share(0.5), "en", style="limits") == "n/a"


def test_differences_carry_their_sign():
    rise = Value("a.d", 0.045, "ratio", "pp", interval=(-0.012, 0.102))

    assert show(rise, "en") == f"+4.5{NBSP}pp"
    assert show(rise, "zh") == f"提高{NBSP}4.5{NBSP}个百分点"
    assert show(rise, "en", style="limits") == f"−1.2 to +10.2{NBSP}pp"
    assert show(Value("a.d", -0.045, "ratio", "pp"), "zh") == f"下降{NBSP}4.5{NBSP}个百分点"
    assert show(Value("a.c", 0.123, "ratio", "change"), "en") == "+12.3%"
    assert show(Value("a.c", -0.03, "ratio", "change"), "en", style="abs") == "3.0%"


def test_nps_has_a_decimal_only_when_its_interval_allows():
    assert show(Value("a.nps", 12.4, "ratio", "nps", interval=(2, 22)), "en") == "+12"
    assert show(Value("a.nps", 12.4, "ratio", "nps", interval=(11.6, 13.2)), "en") == "+12.4"
    assert show(Value("a.nps", -12.4, "ratio", "nps"), "zh") == f"−12{NBSP}分"


def test_counts_take_their_word_when_asked():
    assert show(Value("a.n", 4312, "count", "customers"), "en") == "4,312"
    assert (
        show(Value("a.n", 4312, "count", "customers"), "en", style="unit")
        == f"4,312{NBSP}customers"
    )
    assert show(Value("a.n", 1, "count", "days"), "en", style="unit") == f"1{NBSP}day"
    assert (
        show(Value("a.n", 4312, "count", "customers"), "zh", style="unit") == f"4,312{NBSP}位客户"
    )
    assert (
        show(Value("a.n", 123456, "count", "customers"), "zh", style="headline") == f"12.35{NBSP}万"
    )
    assert show(Value("a.n", 123456, "count", "customers"), "zh") == "123,456"


def test_small_counts_can_be_words():
    assert show(Value("a.n", 4, "count", "parts"), "en", style="words") == "four"
    assert show(Value("a.n", 11, "count", "parts"), "en", style="words") == "11"


def test_tenths_are_said_only_where_they_hold():
    assert show(share(0.907), "en", style="tenths") == "nine in ten"
    assert show(share(0.907), "zh", style="tenths") == "九成"
    assert show(share(0.5), "zh", style="tenths") == "一半"
    assert show(share(0.55), "en", style="tenths") == "55%"


def test_p_values():
    assert show(Value("a.p", 0.0134, "estimator", "p"), "en") == f"p{NBSP}={NBSP}.013"
    assert show(Value("a.p", 0.00001, "estimator", "p"), "zh") == f"p{NBSP}<{NBSP}.001"


def test_what_is_missing_or_hidden_says_so():
    assert show(share(None), "en") == "n/a"
    assert show(share(None), "zh") == "不适用"
    assert show(share(WITHHELD), "zh") == "不显示"
    assert show(share(WITHHELD), "en", style="limits") == "withheld"
    assert show(share(None), "zh", style="unit reached") == "未达到"
    assert show(share(WITHHELD), "en", style="unit reached") == "withheld"
    assert show(Value("a.n", Suppressed(10), "count", "customers"), "zh") == "<10"


def test_a_hidden_number_of_a_known_whole_is_known_by_its_bound():
    few = Value("a.b", Suppressed(10, 375), "ratio", "share", n=375)
    most = Value("a.n", Suppressed(10, 2377, is_rest=True), "count", "customers", n=2377)

    assert show(few, "en", style="interval") == "<2.7%"  # 10 of 375 are 2.67 %
    assert show(few, "zh", style="headline whole") == "<2.7%"
    assert show(few, "zh", style="range") == "不显示"
    assert show(most, "en", style="unit") == f">2,367{NBSP}customers"
    assert show(most, "zh") == ">2,367"


@pytest.mark.parametrize(
    ("code", "english", "chinese"),
    [("2010-12", "December 2010", "2010年12月"), ("2010-Q4", "Q4 2010", "2010年第四季度"),
     ("2010-W48", "week\u00a048 of 2010", "2010年第48周"), ("2010", "2010", "2010年"),
     ("FY2026", "FY2026", "2026财年"), ("FY2026-Q1", "Q1 FY2026", "2026财年第一季度"),
     ("FY2026-P03", "period\u00a03 of FY2026", "2026财年第3期"),
     ("FY2026-W12", "week\u00a012 of FY2026", "2026财年第12周"),
     ("all", "all data, undated", "全部数据（无日期）")],
)  # fmt: skip
def test_periods_in_prose(code, english, chinese):
    assert show(period_value(code), "en") == english
    assert show(period_value(code), "zh") == chinese


def test_periods_of_a_fiscal_year_by_place():
    period = period_value("FY2026-P03")

    assert show(period, "en", style="short") == "period\u00a03"
    assert show(period, "en", style="axis") == "P3"
    assert show(period, "zh", style="short") == "第3期"
    assert show(period, "zh", style="table") == "FY2026-P03"


def test_dates_and_periods_by_place():
    day = date_value("as_of", date(2010, 12, 9))

    assert show(day, "en") == f"9{NBSP}December 2010"
    assert show(day, "zh") == "2010年12月9日"
    assert show(day, "zh", style="short") == "12月9日"
    assert show(day, "en", style="table") == "2010-12-09"
    assert show(period_value("2010-12"), "en", style="short") == "December"
    assert show(period_value("2010-12"), "en", style="axis") == "Dec"
    assert show(period_value("2010-12"), "zh", style="axis") == "12月"


def test_a_wrong_period_is_refused():
    with pytest.raises(ValueError, match="2010-13x"):
        show(period_value("2010-13x"), "en")


def test_an_axis_names_its_unit_once():
    assert show_axis([0, 0.25, 0.5, 0.75, 1], "share", "en") == ["0", "25", "50", "75", "100%"]
    assert show_axis([0, 30, 60], "days", "zh") == ["0", "30", f"60{NBSP}天"]
    assert show_axis([0, 500000, 1000000], "GBP", "en") == ["0", "0.5", "£1.0m"]
    assert show_axis([0, 50000, 100000], "GBP", "zh") == ["0", "5", f"10{NBSP}万英镑"]


def test_a_column_agrees_with_itself_on_decimals():
    assert table_decimals("share", [0.5, 0.001]) == 1
    assert table_decimals("days", [1, 2]) == 0
    assert table_decimals("days", [1, 2.5]) == 1


def test_an_unknown_style_or_unit_is_refused():
    with pytest.raises(ValueError, match="style 'loud'"):
        show(share(0.5), "en", style="loud")
    with pytest.raises(ValueError, match="unit 'furlongs' is not known"):
        show(Value("a.b", 1, "count", "furlongs"), "en")


def test_a_value_of_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind 'guess'"):
        Value("a.b", 1, "guess", "days")


def test_a_truth_value_is_no_number():
    with pytest.raises(TypeError):
        show(Value("a.b", True, "count", "days"), "en")
