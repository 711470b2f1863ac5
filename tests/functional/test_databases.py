"""A unit whose orders lie in a database: planned, read, run, and run again without the server."""

from __future__ import annotations

from functional.command import rapport, tree_of
from functional.shop import add_shop, draw_orders, make_project
from servers import PASSWORD, postgres_server

DATABASE = """\
databases:
  till: {kind: postgresql, tls: none}
"""
SOURCE = "till: {format: database, database: till, table: orders}"


def write_unit(project):
    path = project / "params" / "shop.yml"
    text = path.read_text(encoding="utf-8").replace("till: {path: shop.csv, format: csv}", SOURCE)
    path.write_text(DATABASE + text.replace(', format: "%Y-%m-%d"', ""), encoding="utf-8")


def load(server, orders):
    server.create("shop")
    values = ", ".join(f"('{o}', nullif('{c}', ''), '{d}', '{k}', {a})" for o, c, d, k, a in orders)
    server.sql(
        'CREATE TABLE orders ("order" text PRIMARY KEY, customer text, day date, kind text, '
        f"amount numeric(18, 4)); INSERT INTO orders VALUES {values}", "shop",
    )  # fmt: skip


def actions(done):
    return set(done.actions.values())


def test_a_report_outlives_its_database_and_no_file_knows_the_password(tmp_path):
    project = make_project(tmp_path / "project", chapters=("01_",))
    orders = draw_orders(30)
    add_shop(project, orders)
    assert rapport(project, "keys", "pseudonym", "pseudonym.key").code == 0
    run = ("run", "shop", "--format", "none", "--json")
    with postgres_server() as server:
        load(server, orders)
        env = {"RAPPORT_DATABASE_TILL_URL": server.url("shop")}
        write_unit(project)
        planned = rapport(project, "run", "shop", "--dry-run", env=env)
        first = rapport(project, *run, env=env)
        again = rapport(project, "data", "fetch", "shop", env=env)
        checked = rapport(project, "data", "check", "shop")
        before = tree_of(project / "data" / "store" / "fetched")
    gone = rapport(project, "data", "fetch", "shop", env=env)
    last = rapport(project, *run)

    assert planned.code == 3
    assert "till lies elsewhere and was not read yet" in planned.said
    assert (first.code, actions(first)) == (0, {"executed"}), first.said
    assert "till: 1 file" in again.out
    assert again.out.splitlines()[0].endswith("as before")
    assert checked.code == 0, checked.said
    assert f"till: {len(orders):,} rows" in checked.out
    assert gone.code == 3
    assert "database till cannot be reached" in gone.said
    assert "Traceback" not in gone.said
    assert tree_of(project / "data" / "store" / "fetched") == before
    assert (last.code, actions(last)) == (0, {"reused"}), last.said
    said = "".join(done.out + done.said for done in (planned, first, again, checked, gone, last))
    assert PASSWORD not in said
    assert not [
        p for p in project.rglob("*") if p.is_file() and PASSWORD.encode() in p.read_bytes()
    ]


def test_a_password_in_a_units_file_ends_before_anything_is_read(tmp_path):
    project = make_project(tmp_path / "project", chapters=("01_",))
    add_shop(project, draw_orders(3), more=f'storage: {{endpoint: "http://a:{PASSWORD}@h"}}\n')

    done = rapport(project, "run", "shop")

    assert done.code == 2
    assert "storage.endpoint: looks like a password" in done.said
    assert PASSWORD not in done.said
