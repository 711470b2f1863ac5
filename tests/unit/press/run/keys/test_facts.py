from rapport.press.run.keys.code import Package
from rapport.press.run.keys.facts import NAME, read_facts, write_facts
from rapport.press.run.store import Store


def test_what_was_found_is_known_the_next_time(tmp_path):
    store, first = Store(tmp_path), Package()
    digests = first.digest_modules(["rapport.press.run.order"])
    write_facts(store, first)

    again = Package(known=read_facts(store))

    assert again.digest_modules(["rapport.press.run.order"]) == digests
    assert (first.n_found > 3, again.n_found) == (True, 0)


def test_nothing_is_written_if_nothing_was_found(tmp_path):
    write_facts(Store(tmp_path / "store"), Package())

    assert not (tmp_path / "store").exists()


def test_what_another_finder_found_is_not_trusted(tmp_path):
    store, package = Store(tmp_path), Package()
    package.digest_modules(["rapport.errors"])
    write_facts(store, package)
    kept = store.read_last(NAME)
    store.write_last(NAME, kept | {"by": "an older one"})

    assert read_facts(store) == {}
