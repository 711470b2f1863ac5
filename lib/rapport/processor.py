"""One arithmetic on every processor of a kind.

Numerical libraries choose their kernels by what a processor can, and each adds up in an order of
its own: a fit that stops at 1e-9 on one machine differs by as much on the next. So all of them are
told to compute as any x86-64 of the last ten years can, newer and other makes too. Then a report
that is made again elsewhere has the same bytes. What it costs is the exponentials of AVX-512, three
times as fast; chapters hardly call them.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable
from pathlib import Path

SETTINGS = {
    "ARROW_USER_SIMD_LEVEL": "AVX2",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    # Its name for AVX2 with fused multiplication. It is not checked: without them it is a crash.
    "OPENBLAS_CORETYPE": "Haswell",
}
NEEDED = frozenset(["avx2", "fma"])
INFORMATION = Path("/proc/cpuinfo")
# Windows's number for AVX2, which came with fused multiplication.
HAS_AVX2 = 40


def read_settings() -> dict[str, str]:
    """Give the variables by which libraries compute alike; none where this processor cannot."""
    return dict(SETTINGS) if _can() else {}


def settle() -> None:
    """Let this process compute as kernels of the press do, if no library has chosen yet.

    A notebook in JupyterLab has a kernel of its own, and shall show what a report will.
    """
    if "numpy" not in sys.modules:
        os.environ.update(read_settings())


def _can() -> bool:
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - of Windows

        return bool(ctypes.windll.kernel32.IsProcessorFeaturePresent(HAS_AVX2))
    if sys.platform == "linux":
        with INFORMATION.open(encoding="ascii", errors="replace") as lines:
            return has_needed(lines)
    return False


def has_needed(lines: Iterable[str]) -> bool:
    """Say whether the first processor that `/proc/cpuinfo` lists can compute so."""
    flags = next((line for line in lines if line.startswith("flags")), "")
    return set(flags.split()) >= NEEDED
