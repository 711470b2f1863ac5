"""Papermill's engine, as the press uses it."""

from typing import Any

from nbformat.v4 import new_notebook
from papermill.engines import NBClientEngine, papermill_engines

NAME = "rapport"


class PressEngine(NBClientEngine):  # type: ignore[misc]
    """Executes as papermill's own engine does, and hands back no notebook where all went well.

    Papermill spells out, checks and copies what it is handed back even where it is told to write
    nothing, a third of what a short chapter's client takes. The press has the notebook already: a
    hook gave it. After a failure papermill looks for the cell that failed and needs it whole.
    """

    @classmethod
    def execute_notebook(cls, *given: Any, **named: Any) -> Any:
        """Execute a notebook; give it if a cell told of an error, else an empty one."""
        executed = super().execute_notebook(*given, **named)
        outputs = [output for cell in executed.cells for output in cell.get("outputs", [])]
        has_error = any(output.output_type == "error" for output in outputs)
        return executed if has_error or executed.metadata.papermill.exception else new_notebook()  # type: ignore[no-untyped-call]


papermill_engines.register(NAME, PressEngine)
