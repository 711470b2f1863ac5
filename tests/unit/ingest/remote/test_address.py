"""How a database is opened: what the environment says, and what it must not."""

import keyring
import pytest
from keyring.backend import KeyringBackend

from rapport.errors import ParameterError
from rapport.ingest.remote.address import read_address
from rapport.params.databases import Database

ERP = Database(kind="postgresql")
URL = "RAPPORT_DATABASE_ERP_URL"


class Drawer(KeyringBackend):
    """A keyring in memory: the package's own interface for whoever writes one."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.words = {}

    def get_password(self, service, username):
        return self.words.get((service, username))

    def set_password(self, service, username, password):
        self.words[service, username] = password

    def delete_password(self, service, username):
        del self.words[service, username]


@pytest.fixture
def drawer():
    before, made = keyring.get_keyring(), Drawer()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_an_address_says_who_asks_and_never_shows_it(drawer):
    found = read_address("erp", ERP, {URL: "postgres://ann:p%40ss%E5%AF%86@host:5433/sales"})

    assert (found.host, found.port, found.database) == ("host", 5433, "sales")
    assert (found.user, found.password) == ("ann", "p@ss密")
    for word in ("host", "ann", "p@ss", "sales"):
        assert word not in repr(found)


def test_variables_of_their_own_go_over_what_stands_in_the_address(drawer):
    env = {URL: "postgresql://ann:old@host/sales", "RAPPORT_DATABASE_ERP_USER": "bob",
           "RAPPORT_DATABASE_ERP_PASSWORD": "new"}  # fmt: skip

    found = read_address("erp", ERP, env)

    assert (found.user, found.password, found.port) == ("bob", "new", 5432)


def test_a_keyring_is_asked_where_the_environment_names_no_password(drawer):
    keyring.set_password("rapport-database-erp", "ann", "kept")

    assert read_address("erp", ERP, {URL: "postgresql://ann@host/sales"}).password == "kept"
    assert read_address("erp", ERP, {URL: "postgresql://bob@host/sales"}).password is None
    assert read_address("erp", ERP, {URL: "postgresql://ann:own@host/sales"}).password == "own"


def test_a_socket_is_named_behind_the_question_mark(drawer):
    found = read_address("erp", ERP, {URL: "postgresql://ann@/sales?host=/run/postgresql"})

    assert found.host == "/run/postgresql"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is not set"),
        ("host=h password=hunter2", "is no address of this form"),
        ("mysql://ann:hunter2@host/sales", "is no address of this form"),
        ("postgresql://ann:hunter2@host", "is no address of this form"),
        ("postgresql://:hunter2@host/sales", "is no address of this form"),
        ("postgresql://ann:hunter2@host:port/sales", "is no address of this form"),
        ("postgresql://ann:hunter2@host:99999/sales", "is no address of this form"),
        ("postgresql://ann:hunter2@[host/sales", "is no address of this form"),
        ("postgresql://ann:hunter2@host/sales?sslmode=disable", "takes `host` alone"),
    ],
)
def test_what_is_no_address_is_told_without_it(drawer, url, said):
    with pytest.raises(ParameterError, match=said) as caught:
        read_address("erp", ERP, {URL: url})

    assert caught.value.exit_code == 2
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
