import re
from pathlib import Path

import pytest

from rapport.errors import ParameterError
from rapport.params import check_unit_name, find_root, list_units, load_unit

ROOT = Path(__file__).parents[3]

UNIT = """\
title: {en: Shop, zh: 商店}
currency: GBP
sources:
  sales: {path: sales.csv, format: csv}
tables:
  orders: {from: sales, columns: {order_id: receipt}}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "_defaults.yml").write_text("rfm_days: 365\nseed: 0\n")
    (tmp_path / "params" / "shop.yml").write_text(UNIT, encoding="utf-8")
    return tmp_path


def edit(project, before, after):
    path = project / "params" / "shop.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def message(project, **more):
    with pytest.raises(ParameterError) as caught:
        load_unit(project, "shop", **more)
    return str(caught.value)


def test_a_unit_s_file_goes_over_the_defaults(project):
    edit(project, "currency: GBP", "currency: GBP\nrfm_days: 180")

    unit = load_unit(project, "shop")

    assert (unit.rfm_days, unit.seed, unit.title.zh) == (180, 0, "商店")


def test_a_file_and_a_value_of_the_command_go_over_the_unit_s_file(project):
    extra = project / "more.yml"
    extra.write_text("rfm_days: 100\nseed: 3\n")

    unit = load_unit(project, "shop", files=[extra], overrides={"seed": "7"})

    assert (unit.rfm_days, unit.seed) == (100, 7)


def test_an_unknown_name_is_shown_with_its_line_and_the_nearest_right_one(project):
    edit(project, "currency: GBP", "currency: GBP\nchurn_after_day: 60")

    assert message(project) == (
        "shop.yml line 3: churn_after_day is no parameter. Did you mean churn_after_days?"
    )


def test_every_fault_is_named_at_once(project):
    edit(project, "currency: GBP", "currency: pounds\nrfm_days: 5\nseed: soon")

    faults = message(project).splitlines()

    assert [fault.split(":")[0] for fault in faults] == [
        "shop.yml line 2",
        "shop.yml line 3",
        "shop.yml line 4",
    ]


def test_a_wrong_name_deep_in_a_table_keeps_its_own_line(project):
    edit(
        project, "{from: sales, columns: {order_id: receipt}}", "\n    from: sales\n    colums: {}"
    )

    assert "shop.yml line 8: tables.orders.colums is no parameter" in message(project)


def test_a_value_out_of_range_on_the_command_line_names_the_flag(project):
    assert message(project, overrides={"rfm_days": "5"}).startswith("-p: rfm_days: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: {en: x", "not YAML"),
        ("- 1\n- 2\n", "holds no `name: value` lines"),
        (UNIT + "currency: EUR\n", "currency stands there twice"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(project, text, says):
    (project / "params" / "shop.yml").write_text(text, encoding="utf-8")

    assert says in message(project)


def test_a_time_zone_that_nobody_knows_is_refused(project):
    edit(project, "currency: GBP", "currency: GBP\ntimezone: Europe/Lodnon")

    assert "no time zone" in message(project)


@pytest.mark.parametrize(
    "name", ["../../x", "CON", "con", "lpt1", "-a", "a/b", "", "a" * 41, "商店"]
)
def test_a_name_that_cannot_be_a_unit_is_refused_by_its_form(name):
    with pytest.raises(ParameterError, match="cannot be a unit's name"):
        check_unit_name(name)


def test_actions_and_brands_are_no_units(project):
    for name in ("shop.actions.yml", "shop.brand.yml", "_more.yml"):
        (project / "params" / name).write_text("")

    assert list_units(project) == ["shop"]


def test_the_nearest_unit_is_offered(project):
    with pytest.raises(ParameterError, match="Did you mean shop"):
        load_unit(project, "shopp")


def test_the_project_is_found_from_any_folder_below(project):
    below = project / "notebooks" / "deep"
    below.mkdir(parents=True)

    assert find_root(below) == project


def test_outside_a_project_there_is_a_message(tmp_path):
    with pytest.raises(ParameterError, match="no project here"):
        find_root(tmp_path)


@pytest.mark.parametrize(
    ("privacy", "said"),
    [
        ("{retention_days: {products: 30}}", "products is none of orders, subscriptions"),
        ("{retention_days: {orders: 0}}", "greater than or equal to 1"),
        ("{retention: {orders: 9}}", "privacy.retention is no parameter. Did you mean retention_d"),
        ("{identifiers: {crm: {nickname: N}}}", "nickname"),
        ("{consent_default: {analysis: perhaps}}", "consent_default.analysis"),
    ],
)
def test_what_a_unit_says_of_privacy_is_checked(tmp_path, privacy, said):
    (tmp_path / "params").mkdir()
    for name in ("_defaults", "cdnow"):
        text = (ROOT / "params" / f"{name}.yml").read_text(encoding="utf-8")
        more = f"\nprivacy: {privacy}\n" if name == "cdnow" else ""
        (tmp_path / "params" / f"{name}.yml").write_text(text + more, encoding="utf-8")

    with pytest.raises(ParameterError, match=re.escape(said)):
        load_unit(tmp_path, "cdnow")
