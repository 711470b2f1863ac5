import pytest

from rapport.errors import ParameterError
from rapport.press.run.cluster.line import Line

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


@pytest.mark.parametrize("address", ["10.0.0.5:8786", "http://10.0.0.5:8786", ""])
def test_what_is_no_address_of_a_scheduler_is_refused_at_once(address):
    with pytest.raises(ParameterError, match="is no address as tcp://host:port"):
        Line(address).connect(print)


def test_tls_without_certificates_is_refused_at_once():
    with pytest.raises(ParameterError, match="no certificates"):
        Line("tls://127.0.0.1:1").connect(print)


def test_two_runs_have_different_names():
    assert Line("tcp://a:1").run != Line("tcp://a:1").run
