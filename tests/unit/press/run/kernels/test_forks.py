import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rapport.press.run.kernels.forks import (
    NO_THREADS,
    ForkRefusedError,
    can_fork,
    fork_kernel,
    server_key,
)
from rapport.press.run.kernels.forkserver import ForkServer
from rapport.press.run.kernels.preload import OF_A_RUN
from rapport.press.run.kernels.settings import kernel_environment

pytestmark = pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")
KERNELS = Path("lib", "rapport", "press", "run", "kernels")
IDLE = ["python", "launching.py", "-f"]


def wait_until(is_so, seconds=60):
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)


def is_running(pid):
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("客户 forks")


@pytest.fixture(scope="module")
def server(folder):
    server = ForkServer(folder, os.environ)
    yield server
    server.close()


@pytest.fixture
def environment(tmp_path):
    return kernel_environment(os.environ, private=tmp_path)


@pytest.fixture
def fork(server, environment, tmp_path):
    kernels = []

    def fork(address=server.address, **more):
        kernel = fork_kernel(
            address, [*IDLE, str(tmp_path / "c.json")], env=environment | more,
            cwd=str(tmp_path), log=tmp_path / "kernel.log",
        )  # fmt: skip
        kernels.append(kernel)
        return kernel

    yield fork
    for kernel in kernels:
        kernel.kill()
        kernel.wait(30)


def test_a_fork_is_a_kernel_of_its_own_session(fork, tmp_path):
    kernel = fork()

    wait_until((tmp_path / "c.json").is_file)
    assert os.getsid(kernel.pid) == kernel.pid
    assert kernel.poll() is None


def test_the_server_counts_one_thread_after_all_its_imports(fork, server):
    fork()

    assert len(list(Path(f"/proc/{server.pid}/task").iterdir())) == 1


def loaded_by(server, tmp_path):
    """Give the modules of the package that a process forked by a server begins with."""
    told, tell = os.pipe()
    code = "import sys, os\ndef tell(descriptors):\n"
    code += "    names = [name for name in sys.modules if name.split('.')[0] == 'rapport']\n"
    code += "    os.write(descriptors[0], ' '.join(sorted(names)).encode())\n"
    (tmp_path / "telling.py").write_text(code, encoding="utf-8")
    env = kernel_environment(os.environ | {"PYTHONPATH": str(tmp_path)})
    with_path = ForkServer(server, os.environ | {"PYTHONPATH": str(tmp_path)}, OWN[server.name])
    try:
        with_path.fork_call("telling:tell", [], env=env, descriptors=[tell]).wait(30)
    finally:
        with_path.close()
        os.close(tell)
    with os.fdopen(told) as file:
        return file.read().split()


OWN = {"of a client": (), "of a run": OF_A_RUN}


@pytest.mark.parametrize("whose", OWN)
def test_only_the_server_of_a_run_holds_modules_of_the_package(tmp_path, whose):
    folder = tmp_path / whose
    folder.mkdir()

    loaded = loaded_by(folder, tmp_path)

    assert ("rapport.chapter.chapter" in loaded) == (whose == "of a run")
    # What one chapter alone imports must be imported by that chapter, whose key names it.
    assert [name for name in loaded if name.startswith("rapport.present.figures.dots")] == []
    if whose == "of a client":
        assert loaded == []


LOOK = """
import json, os, sys
import rapport
held = [name for name in sys.modules if name.startswith("rapport.")]
reached = [name for name in held if not hasattr(sys.modules[name.rpartition(".")[0]],
                                                name.rpartition(".")[2])]
told = {"held": held, "unreached": reached, "analysis": sorted(vars(
    sys.modules.get("rapport.analysis", os)))}
open(os.environ["TOLD"] + ".aside", "w").write(json.dumps(told))
os.replace(os.environ["TOLD"] + ".aside", os.environ["TOLD"])
"""


def begin_kernel(server, folder, **own):
    """Give what a kernel of a chapter holds of the package before its first cell."""
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "look.py").write_text(LOOK, encoding="utf-8")
    env = kernel_environment(os.environ, private=folder) | {"TOLD": str(folder / "told.json")}
    command = [*IDLE, str(folder / "c.json")]
    kernel = fork_kernel(
        server.address, command, env=env, cwd=str(folder), log=folder / "log", own=own
    )
    try:
        wait_until((folder / "told.json").is_file)
    finally:
        kernel.kill()
        kernel.wait(30)
    return json.loads((folder / "told.json").read_bytes())


def test_a_chapter_begins_with_its_own_modules_and_none_of_another_chapter(tmp_path):
    server = ForkServer(tmp_path, os.environ, OF_A_RUN)
    dots, rfm, analysis = "rapport.present.figures.dots", "rapport.analysis.rfm", "rapport.analysis"
    try:
        first = begin_kernel(server, tmp_path / "1", uses=[dots], allowed=[dots])
        second = begin_kernel(server, tmp_path / "2", uses=[rfm], allowed=[analysis, rfm])
        third = begin_kernel(server, tmp_path / "3", uses=[], allowed=[analysis])
    finally:
        server.close()

    assert dots in first["held"] and rfm not in first["held"]
    assert rfm in second["held"] and dots not in second["held"]
    assert rfm not in third["held"]
    assert "rfm" in second["analysis"] and "rfm" not in third["analysis"]
    assert first["unreached"] == second["unreached"] == third["unreached"] == []


def test_the_server_of_a_client_imports_nothing_that_a_chapter_names(server, tmp_path):
    named = begin_kernel(server, tmp_path / "1", uses=["rapport.analysis.rfm"], allowed=[])

    assert named["held"] == []


def test_a_module_of_the_package_that_is_broken_ends_no_server(tmp_path):
    (tmp_path / "broken.py").write_text("1 +", encoding="utf-8")
    ambient = os.environ | {"PYTHONPATH": str(tmp_path)}
    server = ForkServer(tmp_path, ambient, ("broken", "broken.inside"))
    try:
        env = kernel_environment(ambient)
        assert server.fork_call("os:fspath", ["x"], env=env, descriptors=[]).wait(30) == 1
    finally:
        server.close()


def test_a_server_that_is_killed_before_it_has_its_orders_is_missed_by_whoever_asks_it(
    tmp_path, monkeypatch
):
    class Killed(subprocess.Popen):
        def __init__(self, *given, **how):
            super().__init__(*given, **how)
            self.kill()
            self.wait()

    monkeypatch.setattr(subprocess, "Popen", Killed)
    server = ForkServer(tmp_path, os.environ)
    try:
        with pytest.raises(ForkRefusedError, match="does not answer"):
            server.fork_call("os:fspath", ["x"], env=kernel_environment(os.environ), descriptors=[])
    finally:
        server.close()


def test_how_a_kernel_ended_and_what_it_took_is_told(fork):
    kernel = fork()
    os.kill(kernel.pid, signal.SIGTERM)

    assert kernel.wait(30) == -signal.SIGTERM
    assert kernel.cpu_seconds > 0
    assert kernel.peak_bytes > 2**20
    assert kernel.lost_server is False


def test_a_kernel_goes_with_the_client_that_asked_for_it(fork):
    kernel = fork()

    kernel.connection.shutdown(socket.SHUT_RDWR)

    wait_until(lambda: not is_running(kernel.pid))


def test_another_environment_is_refused(fork):
    with pytest.raises(ForkRefusedError, match="the environment is another than the server's"):
        fork(OMP_NUM_THREADS="2")


def test_what_no_library_reads_at_import_makes_no_difference(environment):
    assert server_key(environment) == server_key(environment | {"RAPPORT_TASK": "a", "TERM": "b"})


@pytest.mark.parametrize("name", ["TZ", "LC_ALL", "PYTHONPATH", "OPENBLAS_NUM_THREADS", "HOME"])
def test_what_libraries_read_at_import_is_in_the_key(environment, name):
    assert server_key(environment) != server_key(environment | {name: "other"})


def test_an_absent_server_refuses(fork, tmp_path):
    with pytest.raises(ForkRefusedError, match="does not answer"):
        fork(address=tmp_path / "nobody")


def test_a_request_that_is_broken_off_or_no_request_leaves_the_server_at_work(
    fork, server, monkeypatch
):
    monkeypatch.chdir(server.address.parent)
    for words in (b'{"key": "a"', b"not json\n", b"[]\n"):
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(server.address.name)
            stranger.sendall(words)

    assert fork().poll() is None


def test_only_its_user_may_connect(server):
    assert server.address.stat().st_mode & 0o077 == 0


OWNER = """
import os, sys, time
from pathlib import Path
from rapport.press.run.kernels.forks import fork_kernel
from rapport.press.run.kernels.forkserver import ForkServer
from rapport.press.run.kernels.settings import kernel_environment
folder = Path(sys.argv[1])
server = ForkServer(folder, os.environ)
environment = kernel_environment(os.environ, private=folder)
command = ["python", "launching.py", "-f", str(folder / "c.json")]
kernel = fork_kernel(server.address, command, env=environment, cwd=str(folder), log=folder / "log")
print(server.pid, kernel.pid, flush=True)
print(kernel.wait(), kernel.lost_server, flush=True)
time.sleep(600)
"""


@pytest.fixture
def owner(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, stdout=subprocess.PIPE,
        text=True,
    ) as owner:  # fmt: skip
        yield owner
        owner.kill()


def test_server_and_kernel_go_with_an_owner_that_is_killed(owner):
    server, kernel = map(int, owner.stdout.readline().split())

    owner.kill()

    wait_until(lambda: not is_running(server) and not is_running(kernel))


def test_kernels_go_with_a_server_that_is_killed_and_the_client_hears_of_it(owner):
    server, kernel = map(int, owner.stdout.readline().split())

    os.kill(server, signal.SIGKILL)

    assert owner.stdout.readline().split() == ["-9", "True"]
    wait_until(lambda: not is_running(kernel))


THREADED = """
import sys, threading, time
sys.path.insert(0, sys.argv[1])
import server
def preload(names):
    for _ in names:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
server.preload = preload
server.main()
"""


def test_a_server_with_a_second_thread_refuses_to_fork(environment, tmp_path, monkeypatch):
    address = tmp_path / "forks"
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("forks")
        listener.listen()
        server = subprocess.Popen(
            [sys.executable, "-c", THREADED, str(Path(__file__).parents[5] / KERNELS)],
            stdin=subprocess.PIPE, pass_fds=[listener.fileno()],
        )  # fmt: skip
        orders = {"listener": listener.fileno(), "preload": ["a library with a thread"], "own": []}
        orders["key"] = server_key(environment | NO_THREADS)
        server.stdin.write(json.dumps(orders).encode() + b"\n")
        server.stdin.flush()

    with server, pytest.raises(ForkRefusedError, match="the server has 2 threads"):
        fork_kernel(address, [*IDLE, "c.json"], env=environment, cwd=str(tmp_path), log=None)
