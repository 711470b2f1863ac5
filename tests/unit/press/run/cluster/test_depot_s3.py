"""A depot in a real object store on loopback."""

import hashlib

import pytest

from rapport.errors import StoreError
from rapport.press.run.cluster import depot
from rapport.press.run.cluster.depot import bring, open_depot
from rapport.press.run.store import Store

pytest.importorskip("s3fs", reason="the extra `s3` is not installed")
boto3 = pytest.importorskip("boto3", reason="comes with moto")
moto = pytest.importorskip("moto.server", reason="the object store of this test")

CONTENT = b"rows of a table" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def bucket(monkeypatch):
    monkeypatch.setattr(depot, "PAUSES", (0, 0, 0))
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    for name, word in {
        "AWS_ACCESS_KEY_ID": "an-id", "AWS_SECRET_ACCESS_KEY": "a-word-nobody-may-see",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
        "AWS_ENDPOINT_URL": address,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, word)
    made = boto3.resource("s3").Bucket("reports")
    made.create()
    yield made
    server.stop()


def test_objects_travel_through_a_bucket_which_is_empty_afterwards(bucket, tmp_path):
    store, other = Store(tmp_path / "store"), Store(tmp_path / "other")
    store.add_bytes(CONTENT)
    here, there = (open_depot("s3://reports/rapport/run") for _ in range(2))

    here.put(store.object_path(DIGEST), DIGEST)
    here.put(store.object_path(DIGEST), DIGEST)
    bring(there, other, DIGEST)

    assert other.object_path(DIGEST).read_bytes() == CONTENT
    assert [item.key for item in bucket.objects.all()] == [
        f"rapport/run/objects/{DIGEST[:2]}/{DIGEST}"
    ]
    here.clear()
    here.clear()
    assert list(bucket.objects.all()) == []
    with pytest.raises(StoreError, match="an object is not there") as caught:
        bring(there, Store(tmp_path / "third"), DIGEST)
    assert "a-word" not in str(caught.value)

    with pytest.raises(StoreError, match="s3://no-such-bucket/x: "):
        open_depot("s3://no-such-bucket/x").put(store.object_path(DIGEST), DIGEST)
