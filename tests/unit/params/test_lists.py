import pytest
import yaml

from rapport.errors import ParameterError
from rapport.params import load_unit
from rapport.params.lists import COLUMNS, exported_path, find_needs, name_columns

UNIT = """\
title: {en: Shop, zh: 店}
currency: GBP
sources: {till: {path: till.csv, format: csv}}
tables: {orders: {from: till, columns: {order_id: a, amount: c}, time: {column: d}}}
lists:
  win_back:
    name: {en: Win back, zh: 挽回}
    when: WHEN
    description: {en: All, zh: 全部}
    owner: {en: Care, zh: 客服}
    purpose: PURPOSE
"""


def load(root, *, when="n_orders > 1", purpose="marketing_email"):
    (root / "params").mkdir(exist_ok=True)
    (root / "params" / "_defaults.yml").write_text("", encoding="utf-8")
    text = UNIT.replace("WHEN", when).replace("PURPOSE", purpose)
    (root / "params" / "shop.yml").write_text(text, encoding="utf-8")
    return load_unit(root, "shop")


def test_a_list_is_read_with_its_purpose_and_the_rules_of_contacts(tmp_path):
    unit = load(tmp_path)

    assert unit.lists["win_back"].purpose == "marketing_email"
    assert (unit.contacts.most, unit.contacts.days, unit.contacts.control) == (3, 30, 0.1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"when": "n_order > 1"}, "line 8: lists.win_back.when: .*Did you mean n_orders?"),
        ({"when": "n_order_days_next > 0"}, "no chapter publishes n_order_days_next"),
        ({"purpose": "analysis"}, "line 11: lists.win_back.purpose"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path, wrong, said):
    with pytest.raises(ParameterError, match=said):
        load(tmp_path, **wrong)


def test_texts_functions_and_words_of_sql_are_no_columns():
    when = "lower(segment) IN ('n_orders', 'it''s') AND NOT stage IS NULL AND \"clv\" > 1e3"

    assert name_columns(when) == ["segment", "stage", "clv"]
    assert find_needs(when) == {
        "segment": "segments", "stage": "lifecycle_stages", "clv": "customer_value",
    }  # fmt: skip


def test_no_column_is_of_two_tables():
    names = [name for columns in COLUMNS.values() for name in columns]

    assert len(names) == len(set(names))


def test_what_exports_wrote_is_a_source_from_then_on(tmp_path):
    assert set(load(tmp_path).sources) == {"till"}
    path = exported_path(tmp_path, "shop", "campaign_contacts", is_sample=False)
    path.parent.mkdir(parents=True)
    path.write_text("", encoding="utf-8")

    unit = load(tmp_path)

    assert unit.sources["exported_campaign_contacts"].path == "exported/shop/contacts.csv"
    (mapping,) = unit.tables["campaign_contacts"]
    assert mapping.from_ == "exported_campaign_contacts"


def test_the_sample_units_declare_the_four_usual_lists():
    for name in ("sample-retail", "sample-mall"):
        with open(f"params/{name}.yml", encoding="utf-8") as file:  # noqa: PTH123
            assert set(yaml.safe_load(file)["lists"]) == {
                "win_back",
                "welcome",
                "upsell",
                "service",
            }
