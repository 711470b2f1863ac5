"""What is declared, what is imported and what is locked are the same."""

import ast
import importlib
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
MOST = 26
# Declared though no module imports them: what needs them finds them by name.
BY_NAME = {
    "ipykernel",  # kernels import it in a program of its own
}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def names_of(requirements):
    return {
        canonical(re.match(r"[\w.-]+", line)[0]) for line in requirements if isinstance(line, str)
    }


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def declared(project):
    return names_of(project["project"]["dependencies"])


@pytest.fixture(scope="module")
def optional(project):
    """What extras bring: a module that imports it says so where it is not there."""
    extras = project["project"]["optional-dependencies"].values()
    return set().union(*(names_of(extra) for extra in extras))


@pytest.fixture(scope="module")
def lock():
    return (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def locked(lock):
    return {canonical(name) for name in re.findall(r"^([\w.-]+)==", lock, flags=re.MULTILINE)}


@pytest.fixture(scope="module")
def imported():
    """The distributions behind the top names that modules of the package import, anywhere."""
    tops = set()
    for path in (ROOT / "lib" / "rapport").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                tops |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                tops.add(node.module.split(".")[0])
    others = tops - sys.stdlib_module_names - {"rapport"}
    owners = packages_distributions()
    # What is not installed has the name that it is imported by, or its import is undeclared.
    return {top: {canonical(name) for name in owners.get(top, [top])} for top in others}


def test_every_import_is_declared(imported, declared, optional):
    undeclared = {top for top, owners in imported.items() if not owners & (declared | optional)}

    assert undeclared == set()


def test_every_declared_dependency_is_imported(imported, declared):
    used = set().union(*imported.values()) | BY_NAME

    assert declared - used == set()


def test_the_base_stays_small(declared):
    assert len(declared) <= MOST


def test_every_direct_dependency_has_its_paragraph(project):
    groups = project["dependency-groups"].values()
    extras = project["project"]["optional-dependencies"].values()
    direct = names_of(project["project"]["dependencies"])
    direct |= set().union(*(names_of(group) for group in [*groups, *extras]))
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")

    told = {canonical(name) for name in re.findall(r"^\| `([\w.-]+)`", page, flags=re.MULTILINE)}

    assert direct == told


def test_the_lock_covers_what_is_declared(project, declared, locked):
    groups = project["dependency-groups"].values()
    wanted = declared.union(*(names_of(group) for group in groups))

    assert wanted - locked == set()


def test_every_locked_version_is_exact_and_hashed(lock):
    text = re.sub(r"\\\n", " ", lock)
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]

    assert len(lines) > 100
    for line in lines:
        assert re.match(r"[\w.-]+==\S+ ", line), line[:60]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line[:60]


def test_the_lock_names_no_index_and_no_address(lock):
    assert not re.search(r"://|--(extra-)?index|--find-links|^-f ", lock, flags=re.MULTILINE)


def test_locked_versions_are_those_that_pyproject_allows(project, lock):
    versions = re.findall(r"^([\w.-]+)==([^\s;]+)", lock, flags=re.MULTILINE)
    for line in project["project"]["dependencies"]:
        wanted = Requirement(line)
        found = [version for name, version in versions if canonical(name) == canonical(wanted.name)]
        assert found, line
        assert all(wanted.specifier.contains(version) for version in found), line


def test_the_environment_is_one_python_and_the_lock(project):
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, packages = environment["dependencies"]

    assert python == "python=3.11"
    assert project["project"]["requires-python"].startswith(">=3.11")
    assert pip == "pip"
    assert packages == {"pip": ["-r requirements.lock"]}


def test_the_command_line_starts_what_pyproject_names(project):
    module, function = project["project"]["scripts"]["rapport"].split(":")

    assert callable(getattr(importlib.import_module(module), function))
