import pytest
from papermill.exceptions import PapermillExecutionError

from rapport.press.run.tasks import Failure, Limits
from rapport.press.run.work.failures import (
    describe_death,
    describe_failure,
    find_title,
    mark_failure,
    shorten_traceback,
)
from rapport.press.run.work.watch import Watch

PROSE = [
    {"cell_type": "markdown", "metadata": {"tags": ["en"]}, "source": "# Churn\n\nWho left?"},
    {"cell_type": "markdown", "metadata": {"tags": ["zh"]}, "source": "# 流失"},
]
AT_WORK = {
    "cell_type": "code", "source": "x", "outputs": [],
    "metadata": {"tags": ["setup"], "papermill": {"start_time": "2010-11-30T12:00:00+00:00"}},
}  # fmt: skip
# As papermill leaves a cell that never began, once the kernel is dead.
NEVER_BEGUN = {
    "cell_type": "code", "source": "y", "outputs": [],
    "metadata": {"tags": [], "papermill": {"start_time": None, "status": "completed"}},
}  # fmt: skip


@pytest.fixture
def watch(tmp_path):
    watch = Watch(tmp_path, lambda *_: None, limits=Limits(1, 1, 1))
    injected = {"cell_type": "code", "metadata": {"tags": ["injected-parameters"]}, "source": ""}
    watch.start({"cells": [*PROSE, injected, {**AT_WORK, "outputs": []}, NEVER_BEGUN]})
    return watch


DEEP = [
    "-----",
    "KeyError                       Traceback (most recent call last)",
    "Cell In[3], line 2",
    "      1 import pandas",
    "\x1b[32m----> 2 \x1b[0mscores = score_rfm(customers)",
    "",
    *(f"File frame.py:{n}, in f()" for n in range(20)),
    "KeyError: 'spend'",
]


def test_a_deep_traceback_keeps_the_line_of_the_cell_and_the_end():
    shown = shorten_traceback("\n".join(DEEP))

    assert len(shown) == 10
    assert shown[0] == "----> 2 scores = score_rfm(customers)"
    assert shown[-1] == "KeyError: 'spend'"


def test_a_short_traceback_is_shown_as_it_is():
    assert shorten_traceback("a\nCell In[1], line 1\n----> 1 x\nNameError: x") == (
        "a", "Cell In[1], line 1", "----> 1 x", "NameError: x",
    )  # fmt: skip


@pytest.mark.parametrize(("language", "title"), [("en", "Churn"), ("zh", "流失")])
def test_a_failure_has_the_title_of_its_section_in_the_unit_s_language(watch, language, title):
    assert find_title(watch.notebook, 3, language) == title


def test_a_failure_before_any_heading_has_no_title():
    assert find_title({"cells": [AT_WORK]}, 0, "en") == ""


def test_a_death_names_signal_memory_cell_and_section(watch):
    failure = describe_death(
        {"start": "warm", "exit_status": -9, "peak_bytes": 3 << 30}, watch, "en"
    )

    assert failure.message.startswith(
        "the kernel was killed by signal 9 after it had taken 3072 MB"
    )
    assert (failure.class_name, failure.cell, failure.title) == ("DeadKernelError", 3, "Churn")


def test_a_death_of_which_the_system_was_guilty_says_so(watch):
    failure = describe_death({"exit_status": -9, "short": True}, watch, "en")

    assert "the system was short of memory and killed processes" in failure.message


def test_a_kernel_that_was_stopped_at_a_limit_names_the_limit(watch):
    watch.reason = "the cell took longer than limits.cell_seconds = 1"

    failure = describe_death({"exit_status": -9}, watch, "en")

    assert failure.message == (
        "the kernel was ended: the cell took longer than limits.cell_seconds = 1. "
        "Raise the limit in the unit's file under `limits`, or make the chapter lighter."
    )


def test_a_lost_server_is_named_and_the_way_round_it(watch):
    account = {"start": "warm", "exit_status": -9, "note": "the fork server ended"}

    assert describe_death(account, watch, "en").message == (
        "the kernel was killed by signal 9, because the fork server ended. Run it again, or with "
        "--cold."
    )


def test_the_partial_notebook_shows_where_and_why_it_ends(watch):
    mark_failure(watch.notebook, Failure("DeadKernelError", "the kernel ended"))

    (output,) = watch.notebook["cells"][3]["outputs"]
    assert (output["output_type"], output["evalue"]) == ("error", "the kernel ended")


def test_a_full_disk_is_no_bug_of_the_chapter_that_met_it():
    said = "[Errno 28] Error writing bytes to file. Detail: [errno 28] No space left on device"
    error = PapermillExecutionError(0, 1, "", "OSError", said, ["Traceback", said])

    failure = describe_failure(error, None, "en")

    assert failure.message == (
        "the store, or the folder for temporary files (TMPDIR): no room is left (No space left on "
        "device). Make room and run again."
    )
    assert failure.traceback == ()
