"""Our kernels say what the stock kernel says, in its order, and wait less for it."""

import os

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from rapport.press.run.kernels.specs import COLD, kernel_spec_folder

TALKING = """
import os, sys
from IPython.display import display
for at in range(3):
    print("out", at)
    print("err", at, file=sys.stderr)
    display({"text/plain": f"shown {at}"}, raw=True)
    sys.stdout.write("half")
    sys.stdout.flush()
    display({"text/plain": f"again {at}"}, raw=True)
if os.fork() == 0:
    print("of a child")
    sys.stdout.flush()
    os._exit(0)
os.wait();
"""
COUNTING = """
import sys
asked = []
thread = sys.stdout.pub_thread
schedule = thread.schedule
thread.schedule = lambda function: (asked.append(function), schedule(function))
sys.stdout.flush()
sys.stderr.flush()
n_idle = len(asked)
sys.stdout.write("said")
sys.stdout.flush()
thread.schedule = schedule
print(n_idle, len(asked) > n_idle)
"""


@pytest.fixture
def execute(monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(kernel_spec_folder()))

    def outputs(source, kernel):
        notebook = new_notebook(cells=[new_code_cell(source)])
        NotebookClient(notebook, kernel_name=kernel, timeout=60).execute()
        return notebook.cells[0]["outputs"]

    return outputs


@pytest.mark.skipif(os.name != "posix", reason="processes are forked on POSIX only")
def test_outputs_come_in_the_order_of_the_stock_kernel(execute):
    ours, stock = execute(TALKING, COLD), execute(TALKING, "python3")

    assert ours == stock
    assert sum(output["output_type"] == "display_data" for output in ours) == 6


def test_a_flush_of_nothing_asks_the_output_thread_for_nothing(execute):
    outputs = execute(COUNTING, COLD)

    assert "".join(output["text"] for output in outputs) == "said0 True\n"
