"""Sessions, the same here and in CI. `nox -l` lists them."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "tests"]
nox.options.error_on_external_run = True

HERE = Path(__file__).parent
LOCK = "requirements.lock"
PYTHON = "3.11"
PATHS = ("lib", "tests", "tools", "benchmarks", "noxfile.py")
# Whole, the long tests take hours. A part can be run by its name, and a part of that by its number.
THOROUGH = {
    "kills": ("functional/test_chaos.py", "functional/test_ingest_killed.py"),
    "press": (
        "functional/test_at_once.py", "functional/test_bad_shops.py",
        "functional/test_full_disk.py", "functional/test_loop.py",
        "functional/test_warm_and_cold.py", "notebooks",
    ),
    "proof": (
        "functional/test_approve.py", "functional/test_archive.py", "functional/test_auditor.py",
        "functional/test_earlier.py", "functional/test_perturbed.py",
        "functional/test_same_everywhere.py",
    ),
    "planted": ("planted",),
}  # fmt: skip
SAMPLE_UNITS = ("sample-retail", "sample-mall", "sample-saas")


def install(session: nox.Session) -> None:
    """Install exactly what the lock names, then the project itself without asking for more."""
    session.install("--require-hashes", "-r", LOCK)
    session.install("--no-deps", "--no-build-isolation", "-e", ".")


def environment() -> dict[str, str]:
    """Name where real data sets may lie, and let the environment keep its bytecode.

    Data sets are found beside the project, if somebody put them there. Without bytecode every
    kernel would compile all its libraries again: three times the work of a short chapter.
    """
    beside = HERE.parent / "shared" / "data"
    known = os.environ.get("RAPPORT_DATA_PATH", "")
    folders = [known] if known else []
    if beside.is_dir():
        folders.append(str(beside))
    return {
        "RAPPORT_DATA_PATH": os.pathsep.join(folders),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONHASHSEED": "0",
    }


def thorough_paths(part: str) -> list[str]:
    """Give what pytest is told for a part of the long tests; "rest" is what no other part has."""
    if part != "rest":
        return [f"tests/{path}" for path in THOROUGH[part]]
    others = [path for paths in THOROUGH.values() for path in paths]
    return [*(f"--ignore=tests/{path}" for path in others), "tests"]


def pytest(
    session: nox.Session, *paths: str, posargs: Sequence[str] | None = None, **variables: str
) -> None:
    """Run pytest on both cores, whole files kept together.

    Files go in the order of their names, as their folders do: `functional` and `notebooks`, whose
    tests are few and long, before `unit`, whose are many and short. By itself xdist begins with the
    files of many tests, and one core waits at the end for a long one.
    """
    session.run(
        "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", *paths,
        *(session.posargs if posargs is None else posargs), env=environment() | variables,
    )  # fmt: skip


def draw_seed() -> str:
    """Draw a seed from what is tested: the same tree always runs the same tenth of the long tests.

    What passed once passes again, and each change draws anew.
    """
    digest = hashlib.sha256()
    for folder in ("lib", "tests", "notebooks", "params"):
        for path in sorted((HERE / folder).rglob("*")):
            if path.suffix in {".py", ".sql", ".yml", ".ipynb"}:
                digest.update(path.read_bytes())
    return str(int(digest.hexdigest(), 16) % 10_000)


@nox.session(python=PYTHON)
def report(session: nox.Session) -> None:
    """Make the sample units' reports, HTML and PDF, and print where they are."""
    install(session)
    session.run("rapport", "run", *SAMPLE_UNITS, *session.posargs, env=environment())


@nox.session(python=PYTHON)
def tests(session: nox.Session) -> None:
    """Run every test, the long ones as a seeded tenth; the seed is printed."""
    install(session)
    seed = os.environ.get("RAPPORT_TEST_SEED") or draw_seed()
    session.log(f"RAPPORT_TEST_SEED={seed}")
    pytest(session, RAPPORT_TEST_SEED=seed)


@nox.session(python=PYTHON)
def thorough(session: nox.Session) -> None:
    """Run every test, the long ones whole; `-- kills`, press, proof, planted or rest: that part.

    `-- kills 2/8` runs the second eighth of it, so that hours can be spent a quarter at a time.
    """
    install(session)
    words = list(session.posargs)
    paths = thorough_paths(words.pop(0)) if words and words[0] in {*THOROUGH, "rest"} else []
    variables = {"RAPPORT_TEST_SHARE": "1"}
    if words and re.fullmatch(r"\d+/\d+", words[0]):
        variables["RAPPORT_TEST_PART"] = words.pop(0)
    pytest(session, *paths, posargs=words, **variables)


@nox.session(python=PYTHON)
def perturbed(session: nox.Session) -> None:
    """Run every chapter as usual and under everything that must move no number, and compare."""
    install(session)
    tests = ("tests/functional/test_perturbed.py", "tests/functional/test_same_everywhere.py")
    pytest(session, *tests, RAPPORT_TEST_SHARE="1")


@nox.session(python=PYTHON)
def engines(session: nox.Session) -> None:
    """Make every mart of the samples and of Online Retail on PostgreSQL and Spark, and compare."""
    install(session)
    # Not in the lock: 430 MB of Java libraries for this session alone.
    session.install("py4j>=0.10.9", "pyspark>=4.0")
    paths = (
        "tests/unit/marts/test_elsewhere.py", "tests/unit/marts/test_spark.py",
        "tests/functional/test_engines.py", "tests/functional/test_engines_whole.py",
    )  # fmt: skip
    pytest(session, *paths, RAPPORT_TEST_ENGINES="1")


@nox.session(python=PYTHON)
def unit(session: nox.Session) -> None:
    """Run the unit tests."""
    install(session)
    pytest(session, "tests/unit")


@nox.session(python=PYTHON)
def published(session: nox.Session) -> None:
    """Reproduce what others printed."""
    install(session)
    pytest(session, "tests/published")


@nox.session(python=PYTHON)
def notebooks(session: nox.Session) -> None:
    """Check the anatomy of the notebooks and run nbval on their references."""
    install(session)
    pytest(session, "tests/notebooks")


@nox.session(python=PYTHON)
def functional(session: nox.Session) -> None:
    """Run the commands end to end."""
    install(session)
    pytest(session, "tests/functional")


@nox.session(python=PYTHON)
def reference(session: nox.Session) -> None:
    """Execute the chapters on the smallest sample unit and store them as nbval's references."""
    install(session)
    session.run("python", "tests/notebooks/refresh.py", env=environment())


@nox.session(python=PYTHON)
def lint(session: nox.Session) -> None:
    """Check style, types and the direction of imports; format nothing."""
    install(session)
    session.run("ruff", "check", *PATHS)
    session.run("ruff", "format", "--check", *PATHS)
    session.run("mypy")
    session.run("lint-imports")
    session.run("python", "tools/lint_determinism.py")


@nox.session(python=PYTHON)
def docs(session: nox.Session) -> None:
    """Write the generated pages: the parameters' schema and the terms."""
    install(session)
    session.run("python", "tools/write_docs.py")


@nox.session(python=PYTHON)
def fonts(session: nox.Session) -> None:
    """Cut the static fonts anew from the wheels that carry the variable ones."""
    install(session)
    session.run("python", "tools/cut_fonts.py")


@nox.session(python=PYTHON)
def benchmarks(session: nox.Session) -> None:
    """Print the ratios that docs and decisions quote, side by side from one run."""
    install(session)
    for script in sorted((HERE / "benchmarks").glob("bench_*.py")):
        session.run("python", str(script), env=environment())


@nox.session(python=PYTHON)
def lock(session: nox.Session) -> None:
    """Resolve pyproject.toml anew into requirements.lock and environment.yml."""
    session.install("uv", "pyyaml")
    session.run("python", "tools/write_lock.py", *session.posargs)


if __name__ == "__main__":
    sys.exit("Run `nox -l`.")
