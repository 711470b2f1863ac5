import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rapport.errors import TamperedError
from rapport.press.locks import take
from rapport.press.proof.log import START, append, lock, read_head
from rapport.press.proof.log_chain import read_chain

LIB = str(Path(__file__).parents[4] / "lib")
ENVIRONMENT = {**os.environ, "PYTHONPATH": LIB}


def append_five(log, name):
    for n in range(5):
        append(log, {"run": f"{name}{n}"})


def test_an_absent_log_has_no_line_and_a_head_of_zeros(tmp_path):
    assert read_head(tmp_path / "log.jsonl") == (0, START)


def test_each_line_carries_the_digest_of_the_line_before(tmp_path):
    log = tmp_path / "log.jsonl"

    append(log, {"run": "a"})
    head = read_head(log)[1]
    append(log, {"run": "示例"})

    lines = log.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[1])["before"] == head
    assert json.loads(lines[1])["run"] == "示例"


@pytest.mark.parametrize(
    "edit", [lambda ls: ls[1:], lambda ls: [ls[0].replace("a0", "a9"), *ls[1:]]]
)
def test_an_edited_or_deleted_line_breaks_the_chain(tmp_path, edit):
    log = tmp_path / "log.jsonl"
    append_five(log, "a")

    log.write_text("\n".join(edit(log.read_text().splitlines())) + "\n")

    with pytest.raises(TamperedError, match="line"):
        read_head(log)


def test_two_processes_append_without_losing_a_line(tmp_path):
    log = tmp_path / "log.jsonl"
    code = (
        "import sys; from pathlib import Path; from rapport.press.proof.log import append\n"
        "for n in range(5): append(Path(sys.argv[1]), {'run': sys.argv[2] + str(n)})"
    )

    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(log), name], env=ENVIRONMENT)
        for name in "ab"
    ]

    assert [writer.wait() for writer in writers] == [0, 0]
    assert read_head(log)[0] == 10


HOLD = """
import sys, time
from pathlib import Path
from rapport.press.proof.log import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_the_lock_of_a_killed_process_is_free_at_once_and_leaves_no_file(tmp_path):
    log = tmp_path / "log.jsonl"
    command = [sys.executable, "-c", HOLD, str(log)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE) as owner:
        assert owner.stdout.readline() == b"held\n"
        assert take(tmp_path / ".log.jsonl.lock") is None
        owner.kill()

    with lock(log):
        assert (tmp_path / ".log.jsonl.lock").is_file()

    assert list(tmp_path.iterdir()) == []


def test_a_log_of_other_line_ends_is_no_chain(tmp_path):
    journal = tmp_path / "log.jsonl"
    for event in ("published", "failed"):
        append(journal, {"event": event})
    whole = journal.read_bytes()

    assert [line.number for line in read_chain(whole)] == [1, 2]
    for ends in (b"\r\n", b"\r"):
        with pytest.raises(TamperedError):
            read_chain(whole.replace(b"\n", ends, 1))
