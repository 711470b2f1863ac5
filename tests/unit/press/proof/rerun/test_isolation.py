"""A rerun's process reaches nobody, and nothing of whoever starts it reaches it."""

import os
import subprocess
import sys

import pytest

from rapport.press.proof.rerun.isolation import HOOK, find_isolation, make_environment

GO_OUT = """
import socket
try:
    with socket.socket() as s:
        s.settimeout(5)
        s.connect(("192.0.2.1", 80))
    print("went out")
except OSError as error:
    print(type(error).__name__, error)
"""
ASK = "import socket; socket.getaddrinfo('example.org', 80)"
STAY = """
import os, socket, sys, tempfile
one, two = socket.socketpair()
one.send(b"here")
with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as s:
    s.bind(folder + "/s"); s.listen()
    with socket.socket(socket.AF_UNIX) as c:
        c.connect(folder + "/s")
with socket.create_server(("127.0.0.1", 0)) as s, socket.socket() as c:
    c.connect(s.getsockname())
print("stayed", two.recv(4).decode())
"""


def run(code, environment, prefix=()):
    done = subprocess.run(
        [*prefix, sys.executable, "-c", code],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.fixture
def environment(tmp_path):
    return make_environment(os.environ, folder=tmp_path, paths=[])


def test_an_interpreter_refuses_to_go_out(environment):
    assert run(GO_OUT, environment).startswith("PermissionError network: is off")


def test_an_interpreter_asks_nobody_for_a_name(environment):
    assert "network: is off while a report is rerun" in run(ASK, environment)


def test_so_does_each_one_that_it_starts(environment):
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {GO_OUT!r}])"

    assert run(code, environment).startswith("PermissionError network: is off")


def test_processes_of_this_machine_still_speak_to_each_other(environment):
    assert run(STAY, environment) == "stayed here\n"


def test_the_stronger_way_was_tried_and_has_no_network(tmp_path):
    found = find_isolation(sys.executable)
    if found.way == HOOK:
        pytest.skip("the system gives nobody a network of its own")
    plain = {"PATH": os.environ["PATH"]}

    said = run(GO_OUT, plain, found.prefix)

    assert "unreachable" in said


def test_little_of_the_ambient_environment_comes_along(tmp_path):
    ambient = {"PATH": "/bin", "TZ": "UTC", "RAPPORT_SIGNING_KEY": "/k", "HOME": "/root",
               "PYTHONSTARTUP": "/s.py", "HTTPS_PROXY": "http://p"}  # fmt: skip

    given = make_environment(ambient, folder=tmp_path, paths=[tmp_path / "lib"])

    assert given["HOME"] == str(tmp_path / "home")
    assert given["PYTHONPATH"].endswith(str(tmp_path / "lib"))
    assert not {"RAPPORT_SIGNING_KEY", "PYTHONSTARTUP", "HTTPS_PROXY"} & given.keys()
