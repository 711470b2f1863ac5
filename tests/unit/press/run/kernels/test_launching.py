"""Our kernels say what the stock kernel says, in its order, and wait less for it."""

import json
import os
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from rapport.press.run.kernels import launching
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


def test_requests_pass_through_no_thread_of_their_own(execute):
    asking = """
import threading
print(any("hell" in thread.name for thread in threading.enumerate()),
      get_ipython().kernel.kernel_info["supported_features"])
"""
    ours, stock = execute(asking, COLD), execute(asking, "python3")

    assert ours[0]["text"] == "False []\n"
    assert stock[0]["text"].startswith("True ['kernel subshells'")


def test_a_cell_that_is_interrupted_tells_so_and_the_next_one_runs(monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(kernel_spec_folder()))
    cells = [new_code_cell(source) for source in ("import time; time.sleep(60)", "print(2)")]
    notebook = new_notebook(cells=cells)
    client = NotebookClient(
        notebook, kernel_name=COLD, timeout=2, interrupt_on_timeout=True, allow_errors=True
    )
    client.execute()

    told, after = (cell["outputs"] for cell in notebook.cells)
    assert told[0]["ename"] == "KeyboardInterrupt"
    assert after[0]["text"] == "2\n"


NOT_PYTHON = (
    "%time 1", "!ls", "here = !ls", "there = %pwd", "open?", "open??", "?open",
    "!!ls", "x = 1\n%pwd\n", "/print 1", ",print a b", ";print a b",
    "for a in b:\n    !ls {a}", "(1,\n%pwd)", "a\0b", "x = (\n  1\n)?",
)  # fmt: skip
ODD_PYTHON = (
    "", "await x", ">>> 1\n1", "  x = 1", "'%time'", "'!ls'\n# open?", "f'{1!r}'", "x = 1 \\\n% 2",
    r"'\d'",
    "x = '''\n%pwd\n!ls\nopen?\n'''", "(1\n%2)", "In [1]: x", "%%capture\n1", "顾客 = '？'",
)  # fmt: skip


def cells_of_notebooks():
    for path in sorted(Path("notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield "".join(cell["source"])


def test_a_cell_means_what_it_means_to_the_stock_kernel():
    class Ours(TransformerManager):
        pass

    searched = []
    stock, search = TransformerManager(), TransformerManager.do_token_transforms
    Ours.do_token_transforms = lambda self, lines: (searched.append(lines), search(self, lines))[1]
    launching._spare_search_for_magic(Ours)
    ours = Ours()

    for cell in ODD_PYTHON:
        assert ours.transform_cell(cell) == stock.transform_cell(cell)
    assert not searched
    for at, cell in enumerate(NOT_PYTHON, start=1):
        assert ours.transform_cell(cell) == stock.transform_cell(cell)
        assert len(searched) == at, cell
    searched.clear()
    cells = list(cells_of_notebooks())
    assert len(cells) > 100
    assert [ours.transform_cell(cell) for cell in cells] == list(map(stock.transform_cell, cells))
    assert not searched


def test_a_transformer_of_the_analyst_is_asked(execute):
    asking = """
from IPython.core.inputtransformer2 import TokenTransformBase
class Two(TokenTransformBase):
    @classmethod
    def find(cls, lines):
        return cls((1, 0)) if lines[0][0].string == "two" else None
    def transform(self, lines):
        return ["print(2)\\n"]
manager = get_ipython().input_transformer_manager
manager.token_transformers.append(Two)
print(manager.transform_cell("two"), end="")
"""
    outputs = execute(asking, COLD)

    assert "".join(output["text"] for output in outputs) == "print(2)\n"


def test_no_module_is_asked_for_its_file_for_a_debugger_that_is_not_there(execute):
    source = (
        "import sys, ipykernel.ipkernel as ipkernel\n"
        "print(get_ipython().kernel._kernel_modules, len(sys.modules) > 100)\n"
        "print(ipkernel.sys.version == sys.version)"
    )
    outputs = execute(source, COLD)

    assert outputs[0]["text"] == "[] True\nTrue\n"
