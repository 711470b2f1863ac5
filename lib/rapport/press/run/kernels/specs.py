"""Where our kernelspecs lie, so that nothing is ever installed into a user's profile."""

import os
from collections.abc import Mapping
from pathlib import Path

COLD = "rapport-cold"
WARM = "rapport-warm"


def kernel_spec_folder() -> Path:
    """Give the folder that JUPYTER_PATH must name for papermill to know our kernels.

    `JUPYTER_PATH=$(python -c "...print(kernel_spec_folder())") papermill -k rapport-cold in out`
    runs a notebook under the press's settings without the press.
    """
    return Path(__file__).with_name("jupyter")


def jupyter_path(ambient: Mapping[str, str]) -> str:
    """Give JUPYTER_PATH with our folder first, the user's own kernels kept behind it."""
    rest = [entry for entry in ambient.get("JUPYTER_PATH", "").split(os.pathsep) if entry]
    ours = str(kernel_spec_folder())
    return os.pathsep.join([ours, *(entry for entry in rest if entry != ours)])
