import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kills import kill_at_every_step, killable
from rapport.press.run.store.leases import make_folder, place, remove, sweep

POSIX = pytest.mark.skipif(os.name != "posix", reason="only POSIX knows SIGKILL, owners and links")

HOLD = """
import sys, time
from pathlib import Path
from rapport.press.run.store.leases import make_folder
lease = make_folder(Path(sys.argv[1]), "run-")
(lease.folder / "task").mkdir()
(lease.folder / "task" / "orders").write_text("1")
"""


@contextlib.contextmanager
def holder(parent, then="print('held', flush=True); time.sleep(600)"):
    command = [sys.executable, "-c", HOLD + then, parent]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def names(parent):
    return sorted(path.name for path in parent.iterdir())


def test_a_leased_folder_is_empty_and_private_and_goes_with_its_lease(tmp_path):
    with make_folder(tmp_path, "run-") as lease:
        assert names(lease.folder) == []
        assert names(tmp_path) == [lease.folder.name, f"{lease.folder.name}.lease"]
        if os.name == "posix":
            assert lease.folder.stat().st_mode & 0o777 == 0o700
        (lease.folder / "orders").write_text("1")

    assert names(tmp_path) == []


def test_closing_twice_or_after_the_folder_is_gone_does_no_harm(tmp_path):
    lease = make_folder(tmp_path, "run-")
    lease.folder.rmdir()

    lease.close()
    lease.close()

    assert names(tmp_path) == []


def test_a_folder_that_is_held_survives_every_sweep(tmp_path):
    with make_folder(tmp_path, "run-") as lease:
        assert sweep(tmp_path, "run-") == 0
        assert not remove(lease.folder)
        assert lease.folder.is_dir()


def test_sweeping_a_folder_that_is_not_there_finds_nothing(tmp_path):
    assert sweep(tmp_path / "none", "run-") == 0


@POSIX
def test_what_a_killed_process_left_is_swept_and_what_a_living_one_holds_is_not(tmp_path):
    with holder(tmp_path) as killed, holder(tmp_path) as living:
        assert [killed.stdout.readline(), living.stdout.readline()] == [b"held\n", b"held\n"]
        killed.kill()
        killed.wait()

        n_swept = sweep(tmp_path, "run-")

        assert n_swept == 1
        assert len(names(tmp_path)) == 2
    assert sweep(tmp_path, "run-") == 1
    assert names(tmp_path) == []


CHILD = """
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], close_fds=False)
print(child.pid, flush=True)
time.sleep(600)
"""


@POSIX
def test_a_child_does_not_keep_the_lease_of_its_killed_parent(tmp_path):
    with holder(tmp_path, then=CHILD) as owner:
        child = int(owner.stdout.readline())
        owner.kill()
        owner.wait()
    os.kill(child, 0)  # it lives

    assert sweep(tmp_path, "run-") == 1

    os.kill(child, 9)


@POSIX
def test_a_kill_at_any_moment_leaves_nothing_that_a_sweep_does_not_find(tmp_path):
    imports = (
        "from pathlib import Path\nfrom rapport.press.run.store.leases import make_folder, sweep"
    )
    code = (
        "parent = Path(sys.argv[1])\nlease = make_folder(parent, 'run-')\n"
        "(lease.folder / 'orders').write_text('1')\nlease.close()"
    )
    n_kills = 0

    with killable(imports, code) as run:
        for _ in kill_at_every_step(run, tmp_path):
            sweep(tmp_path, "run-")
            assert names(tmp_path) == []
            n_kills += 1

    assert n_kills >= 6


def leave_orphan(parent):
    with holder(parent, then="import os; os._exit(0)") as owner:
        owner.wait()


@POSIX
def test_a_sweep_that_is_killed_is_finished_by_the_next(tmp_path):
    imports = "from pathlib import Path\nfrom rapport.press.run.store.leases import sweep"
    n_kills = 0

    leave_orphan(tmp_path)
    with killable(imports, "sweep(Path(sys.argv[1]), 'run-')") as run:
        for _ in kill_at_every_step(run, tmp_path):
            sweep(tmp_path, "run-")
            assert names(tmp_path) == []
            leave_orphan(tmp_path)
            n_kills += 1

    assert n_kills >= 5
    assert names(tmp_path) == []


MAKE_AND_SWEEP = """
import sys
from pathlib import Path
from rapport.press.run.store.leases import make_folder, place, sweep
parent = Path(sys.argv[1])
for at in range(150):
    with make_folder(parent, "run-") as lease:
        (lease.folder / "orders").write_text("1")
        place(b"1", parent / "placed", parent=parent)
        sweep(parent, "")
        assert (lease.folder / "orders").read_text() == "1"
"""


def test_many_processes_make_and_sweep_at_once(tmp_path):
    command = [sys.executable, "-c", MAKE_AND_SWEEP, str(tmp_path)]
    crowd = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]

    errors = [process.communicate()[1].decode() for process in crowd]

    assert errors == ["", "", "", ""]
    assert names(tmp_path) == ["placed"]


@POSIX
def test_the_lease_of_an_owner_that_is_just_ending_can_be_waited_for(tmp_path):
    end = "print(lease.folder, flush=True); time.sleep(0.3)"
    with holder(tmp_path, then=end) as owner:
        folder = Path(owner.stdout.readline().decode().strip())

        assert remove(folder, wait=60)

    assert names(tmp_path) == []


def test_what_has_no_lease_is_left_alone_whatever_its_name(tmp_path):
    (tmp_path / "run-mine").mkdir()
    (tmp_path / "run-notes.txt").write_text("mine")
    (tmp_path / "other.lease").write_text("mine")

    assert sweep(tmp_path, "run-") == 0

    assert names(tmp_path) == ["other.lease", "run-mine", "run-notes.txt"]


@POSIX
def test_no_link_is_followed(tmp_path):
    parent, mine = tmp_path / "shared", tmp_path / "mine"
    parent.mkdir()
    mine.mkdir()
    (mine / "orders").write_text("1")
    (mine / "a.lease").write_text("1")
    (parent / "run-folder").symlink_to(mine)
    (parent / "run-folder.lease").write_text("")
    (parent / "run-file.lease").symlink_to(mine / "a.lease")

    sweep(parent, "run-")

    assert names(mine) == ["a.lease", "orders"]
    assert "run-file.lease" in names(parent)


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root can give files to others"
)
def test_what_another_user_left_is_left_alone(tmp_path):
    (tmp_path / "run-a").mkdir()
    (tmp_path / "run-a.lease").write_text("")
    (tmp_path / "run-b").mkdir()
    (tmp_path / "run-b.lease").write_text("")
    os.chown(tmp_path / "run-a.lease", 65534, 65534)
    os.chown(tmp_path / "run-b", 65534, 65534)

    sweep(tmp_path, "run-")

    assert names(tmp_path) == ["run-a", "run-a.lease", "run-b"]


def test_a_file_is_placed_whole_over_what_was_there(tmp_path):
    (tmp_path / "aside").mkdir()
    (tmp_path / "current.json").write_bytes(b"old")

    place(b"new", tmp_path / "current.json", parent=tmp_path / "aside", mode=0o640)

    assert (tmp_path / "current.json").read_bytes() == b"new"
    assert names(tmp_path / "aside") == []
    if os.name == "posix":
        assert (tmp_path / "current.json").stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_placed_leaves_nothing_aside(tmp_path):
    (tmp_path / "current.json").mkdir()

    with pytest.raises(OSError, match=r"current\.json"):
        place(b"new", tmp_path / "current.json", parent=tmp_path)

    assert names(tmp_path) == ["current.json"]


def test_two_threads_of_one_process_have_leases_of_their_own(tmp_path):
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(make_folder(tmp_path, "run-"))) for _ in "ab"
    ]
    for thread in threads:
        thread.start()
        thread.join()

    made[0].close()
    assert sweep(tmp_path, "run-") == 0
    assert made[1].folder.is_dir()
    made[1].close()
