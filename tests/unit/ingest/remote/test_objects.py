"""Objects of a store as sources: a real store on loopback, and a proxy before it that fails."""

from __future__ import annotations

import itertools

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from proxies import faulty_store
from rapport.errors import DataError
from rapport.ingest import find_sources
from rapport.ingest.guess.elsewhere import Work, describe_source
from rapport.ingest.guess.tables import guess_tables
from rapport.ingest.guess.write import guess_unit, write_params
from rapport.ingest.remote import objects

HEAD = "order,customer,day,product,quantity,amount\n"
MARCH = HEAD + "1,ann,2024-03-01 10:00,杯子,2,5.00\n1,ann,2024-03-01 10:00,pot,1,7.50\n"
APRIL = HEAD + "2,bob,2024-04-02 23:30,cup,1,2.50\n"
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    words = {"aws_access_key_id": "an-id", "aws_secret_access_key": "a-word"}
    yield port, boto3.resource("s3", endpoint_url=f"http://127.0.0.1:{port}", **words)
    server.stop()


@pytest.fixture
def store(moto, monkeypatch):
    for name, word in {
        "AWS_ACCESS_KEY_ID": "an-id", "AWS_SECRET_ACCESS_KEY": "a-word-nobody-may-see",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, word)
    monkeypatch.setattr(objects, "FIRST_PAUSE", 0.01)
    with faulty_store(moto[0]) as proxy:
        yield proxy


@pytest.fixture
def bucket(moto, store):
    name = f"shop-{next(NUMBERS)}"
    made = moto[1].Bucket(name)
    made.create()
    made.put_object(Key="till/2024-03.csv", Body=MARCH.encode())
    made.put_object(Key="till/2024-04.csv", Body=APRIL.encode())
    made.put_object(Key="till/notes.txt", Body=b"no rows")
    return made


@pytest.fixture
def asked(elsewhere, store, bucket):
    """A shop whose lines lie in objects, one a month."""
    unit = elsewhere.shop.unit
    unit["storage"] = {"endpoint": store.url, "attempts": 3, "seconds": 2}
    unit["sources"]["log"]["path"] = f"s3://{bucket.name}/till/*.csv"
    return elsewhere


def rows_of(asked):
    return sum(path.read_text("utf-8").count("\n") - 1 for path in asked.files())


def test_objects_are_read_as_files_in_the_order_of_their_names(asked):
    asked.fetch()

    delivery = asked.shop.ingest()

    assert [path.name for path in asked.files()] == ["2024-03.csv", "2024-04.csv"]
    assert delivery.sources["n_rows"].tolist() == [3]
    assert str(delivery.facts["net"]) == "15.0000"


def test_the_date_in_an_objects_name_can_be_read(asked):
    asked.shop.unit["tables"]["order_lines"]["arrived"] = {"file": "%Y-%m"}

    asked.fetch()

    assert asked.shop.check().faults.empty


def test_what_is_here_is_not_fetched_again(asked, store, bucket):
    asked.fetch()
    store.asked.clear()
    bucket.put_object(Key="till/2024-05.csv", Body=APRIL.replace("2,bob", "3,eve").encode())

    again = asked.fetch()

    assert len(store.asked) == 1
    assert (len(asked.files()), again.changed) == (3, {"log"})


def test_an_object_of_another_tag_is_fetched_again(asked, bucket):
    asked.fetch()
    before = asked.digests()
    bucket.put_object(Key="till/2024-04.csv", Body=APRIL.replace("2.50", "3.50").encode())

    asked.fetch()

    assert asked.digests() != before
    assert "3.50" in asked.files()[1].read_text("utf-8")


@pytest.mark.parametrize("fate", ["error", "cut", "garble"])
def test_a_store_that_fails_twice_is_asked_a_third_time(asked, store, fate):
    store.plan = [fate, fate]

    asked.fetch()

    assert rows_of(asked) == 3
    assert len(store.asked) == 4


def test_a_slow_store_is_waited_for(asked, store):
    store.plan, store.pause = ["slow", "slow"], 0.2

    asked.fetch()

    assert rows_of(asked) == 3


@pytest.mark.parametrize(
    ("fate", "said"),
    [("error", "OSError"), ("short", "a body that was cut"),
     ("garble", "a body that differs from its checksum"), ("stall", "no answer in time")],
)  # fmt: skip
def test_a_store_that_fails_on_ends_in_one_message_and_leaves_what_was_read(
    asked, store, bucket, fate, said
):
    asked.fetch()
    before, kept = asked.digests(), asked.kept()
    bucket.put_object(Key="till/2024-05.csv", Body=APRIL.encode())
    store.plan, store.pause, store.asked = [fate] * 9, 1.5 if fate == "stall" else 0.0, []
    asked.shop.unit["storage"]["seconds"] = 1

    with pytest.raises(DataError, match="the store failed 3 times for one part") as caught:
        asked.fetch()

    assert caught.value.exit_code == 3
    assert said in str(caught.value), caught.value
    assert "secret-word" not in str(caught.value)
    assert len(store.asked) == 3
    assert (asked.digests(), asked.kept()) == (before, kept)


def test_an_object_that_changes_between_its_parts_is_told(asked, store, bucket, monkeypatch):
    monkeypatch.setattr(objects, "PART", 64)
    store.on_body = lambda: bucket.put_object(Key="till/2024-03.csv", Body=(MARCH * 2).encode())

    with pytest.raises(DataError, match="changed while it was read"):
        asked.fetch()

    assert find_sources(asked.shop.params(), asked.shop.root, env={}).missing == ("log",)


def test_parts_are_put_together_as_they_were(asked, bucket, monkeypatch):
    monkeypatch.setattr(objects, "PART", 7)

    asked.fetch()

    assert asked.files()[0].read_text("utf-8") == MARCH


@pytest.mark.parametrize("path", ["s3://shop-absent/a.csv", "s3://{bucket}/absent.csv",
                                  "s3://{bucket}/absent*.csv"])  # fmt: skip
def test_an_object_or_bucket_that_is_not_there_is_told(asked, bucket, path):
    asked.shop.unit["sources"]["log"]["path"] = path.format(bucket=bucket.name)

    with pytest.raises(DataError, match="no object"):
        asked.fetch()


def test_a_store_that_is_not_there_is_told(asked):
    asked.shop.unit["storage"] = {"endpoint": "http://127.0.0.1:1", "attempts": 2}

    with pytest.raises(DataError, match="the store failed 2 times"):
        asked.fetch()


def test_without_credentials_the_variables_are_named(asked, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(DataError, match="Mend AWS_ACCESS_KEY_ID"):
        asked.fetch()


def test_a_name_that_would_leave_the_folder_stays_in_it(asked, bucket):
    bucket.put_object(Key="till/a b/销售;$(x).csv", Body=MARCH.encode())
    asked.shop.unit["sources"]["log"]["path"] = f"s3://{bucket.name}/till/a b/*.csv"

    asked.fetch()

    (path,) = asked.files()
    assert path.name == "销售___x_.csv"
    assert path.is_relative_to(asked.shop.root / "data" / "store" / "fetched" / "shop")


def test_more_than_the_limits_allow_is_refused_before_it_is_fetched(asked, store, bucket):
    bucket.put_object(Key="till/large.csv", Body=b"x" * (1 << 20))
    asked.shop.unit["sources"]["log"]["limits"] = {"unpacked_mb": 1}
    store.asked.clear()

    with pytest.raises(DataError, match="more than 1 MB"):
        asked.fetch()

    assert store.asked == []


def test_parameters_are_guessed_of_the_first_object_and_name_them_all(
    store, bucket, tmp_path, monkeypatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL", store.url)
    asked = f"s3://{bucket.name}/till/*.csv"

    found = describe_source(asked, Work(tmp_path, {}, set()))

    text = write_params(
        guess_unit("shop", found, currency=None, timezone=None), found, guess_tables(found)
    )
    said = yaml.safe_load(text)
    # A name of digits alone would be read as a number.
    assert {name: one["path"] for name, one in said["sources"].items()} == {"source_2024_03": asked}
    assert "a-word-nobody-may-see" not in text
    assert [*tmp_path.iterdir()] == []
