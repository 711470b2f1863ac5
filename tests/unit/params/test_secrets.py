"""Passwords in files of parameters."""

import pytest

from rapport.errors import ParameterError
from rapport.params import load_unit

UNIT = """\
title: {{en: Shop, zh: 店}}
currency: GBP
{more}
sources:
  log: {source}
tables:
  orders: {{from: log, columns: {{order_id: id}}, time: {{column: day}}}}
"""
PLAIN = "{format: csv, path: a.csv}"
ERP = "databases: {erp: {kind: mysql}}"


def write_unit(root, source=PLAIN, more="languages: [en]"):
    folder = root / "params"
    folder.mkdir(exist_ok=True)
    (folder / "_defaults.yml").write_text("", encoding="utf-8")
    (folder / "shop.yml").write_text(UNIT.format(source=source, more=more), encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "more", "place"),
    [
        (PLAIN, "databases: {erp: {kind: mysql, password: hunter2}}", "databases.erp.password"),
        (PLAIN, "databases: {erp: {kind: 'mysql://a:hunter2@h/d'}}", "databases.erp.kind"),
        (PLAIN, "storage: {secret_access_key: hunter2}", "storage.secret_access_key"),
        (PLAIN, "storage: {endpoint: 'http://a:hunter2@h'}", "storage.endpoint"),
        (PLAIN, "storage: {region: AKIAHUNTER2HUNTER2AB}", "storage.region"),
        ("{format: csv, path: 's3://a:hunter2@bucket/x'}", ERP, "sources.log.path"),
        ("{format: csv, path: 'x.csv?token=hunter2'}", ERP, "sources.log.path"),
        ("{format: python, function: 'a:b', arguments: {api_key: hunter2}}", ERP,
         "sources.log.arguments.api_key"),
        ("{format: python, function: 'a:b', arguments: {dsn: 'host=h password=hunter2'}}", ERP,
         "sources.log.arguments.dsn"),
        ("{format: database, database: erp, table: 'postgresql://a:hunter2@h/d'}", ERP,
         "sources.log.table"),
    ],
)  # fmt: skip
def test_a_password_is_refused_with_its_place_and_never_shown(tmp_path, source, more, place):
    write_unit(tmp_path, source, more)

    with pytest.raises(ParameterError) as caught:
        load_unit(tmp_path, "shop")

    assert caught.value.exit_code == 2
    assert f"{place}: looks like a password" in str(caught.value)
    assert "shop.yml line" in str(caught.value)
    assert "hunter2" not in str(caught.value).lower()


def test_a_password_given_on_the_command_line_is_refused(tmp_path):
    write_unit(tmp_path)

    with pytest.raises(ParameterError, match="looks like a password") as caught:
        load_unit(tmp_path, "shop", overrides={"currency": "mysql://a:hunter2@h/d"})

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("{format: csv, path: a.csv, types: {password: integer, token: date}}", ERP),
        ("{format: database, database: erp, query: \"SELECT id FROM t WHERE token = 'x'\"}", ERP),
        ("{format: csv, path: 's3://bucket/a:b@c.csv'}", "storage: {anonymous: true}"),
        ("{format: python, function: 'a:b', arguments: {tokens: '', page: 3}}", ERP),
    ],
)
def test_words_that_only_look_like_it_are_not(tmp_path, source, more):
    write_unit(tmp_path, source, more)

    assert load_unit(tmp_path, "shop").name == "shop"
