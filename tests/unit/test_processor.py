"""Processors of one kind compute alike."""

import os
import subprocess
import sys

import pytest

from rapport import processor
from rapport.press.run.kernels.settings import kernel_environment

HERE = (
    "import numpy, sys; from numpy._core._multiarray_umath import __cpu_features__ as can;"
    "from threadpoolctl import threadpool_info as loaded;"
    "import scipy.linalg;"
    "print(can['X86_V4'], *sorted({one['architecture'] for one in loaded()}))"
)
CAN = bool(processor.read_settings())


def told(environment, code=HERE):
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("flags", "can"),
    [
        ("fpu sse4_2 avx avx2 fma", True),
        ("fpu sse4_2 avx fma", False),
        ("avx2", False),
        ("", False),
    ],
)
def test_only_a_processor_that_can_is_told_to(flags, can):
    lines = ["processor\t: 0\n", f"flags\t\t: {flags}\n", "flags\t\t: avx2 fma\n"]

    assert processor.has_needed(lines) is can


def test_where_no_processor_is_described_none_is_told_anything():
    assert not processor.has_needed(["Hardware\t: BCM2835\n"])


@pytest.mark.skipif(not CAN, reason="a processor that computes as it likes")
def test_kernels_compute_alike_whatever_their_surroundings_say():
    ambient = os.environ | {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": ""}

    assert told(kernel_environment(ambient)) == ["False", "Haswell"]


@pytest.mark.skipif(not CAN, reason="a processor that computes as it likes")
def test_a_draft_computes_as_a_kernel_of_the_press():
    bare = {name: text for name, text in os.environ.items() if name not in processor.SETTINGS}

    assert told(bare, "import rapport.chapter; " + HERE) == ["False", "Haswell"]


def test_what_is_loaded_is_left_alone(monkeypatch):
    for name in processor.SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(sys.modules, "numpy", object())

    processor.settle()

    assert not processor.SETTINGS.keys() & os.environ.keys()
