"""`rapport doctor`: what is wrong with this installation and this project, and what to do."""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rapport.assets.files import asset_path
from rapport.errors import ParameterError, RapportError
from rapport.params import find_root, list_units, load_unit
from rapport.params.brand import read_brand
from rapport.params.delivery import load_delivery
from rapport.params.notes import read_notes
from rapport.press.proof.archive.locked import read_pins
from rapport.press.proof.requires import normalise
from rapport.press.proof.signing import KEY_VARIABLE as SIGNING_KEY
from rapport.press.run.kernels.forks import can_fork
from rapport.press.run.kernels.provisioner import LONGEST_FOLDER
from rapport.press.run.kernels.specs import COLD, WARM, kernel_spec_folder
from rapport.privacy import KEY_VARIABLE, read_key

NEEDED_DISK = 2_000_000_000  # bytes that a run of a middling unit may take in the project
NEEDED_TEMPORARY = 500_000_000
OLDEST, NEWEST = (3, 11), (3, 13)
FONTS = asset_path("fonts")
DISTRIBUTION = "rapport-reports"
REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PROVISIONERS = ("rapport-provisioner", "rapport-warm-provisioner")
# What is added to the temporary folder's name before sockets lie in it.
ROOM = len("/rapport-abcdefgh")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    is_well: bool
    found: str
    todo: str = ""


Findings = Iterator[Finding]


def doctor(arguments: argparse.Namespace) -> int:
    """Look at everything; 2 if anything is wrong."""
    try:
        root: Path | None = find_root(Path.cwd())
    except ParameterError as error:
        root, lost = None, str(error)
    findings = [finding for look in LOOKS for finding in look()]
    if root is None:
        findings.append(Finding("project", is_well=False, found="none", todo=lost))
    else:
        findings += [finding for look in PROJECT_LOOKS for finding in look(root)]
    is_well = all(finding.is_well for finding in findings)
    if arguments.json:
        told = {"well": is_well, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(_spell(finding) for finding in findings)
    return 0 if is_well else ParameterError.exit_code


def _spell(finding: Finding) -> str:
    line = f"{'ok   ' if finding.is_well else 'WRONG'} {finding.what}: {finding.found}\n"
    return line + (f"      {finding.todo}\n" if finding.todo else "")


def _check_python() -> Findings:
    version = ".".join(map(str, sys.version_info[:3]))
    is_well = OLDEST <= sys.version_info[:2] <= NEWEST
    spans = ".".join(map(str, OLDEST)), ".".join(map(str, NEWEST))
    todo = "" if is_well else f"Install Python {spans[0]} to {spans[1]}."
    yield Finding("Python", is_well, version, todo)


def check_fonts(folder: Path = FONTS) -> Findings:
    """Hold the fonts in a folder against the digests beside them."""
    sums = (folder / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    known = {name: digest for digest, name in (line.split() for line in sums if line)}
    wrong = [name for name, digest in known.items() if _digest(folder / name) != digest]
    todo = "Install the package again." if wrong else ""
    found = f"damaged: {', '.join(wrong)}" if wrong else f"{len(known)} files as shipped"
    yield Finding("fonts", not wrong, found, todo)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _check_kernels() -> Findings:
    folder = kernel_spec_folder() / "kernels"
    missing = [name for name in (COLD, WARM) if not (folder / name / "kernel.json").is_file()]
    known = importlib.metadata.entry_points(group="jupyter_client.kernel_provisioners").names
    missing += [name for name in PROVISIONERS if name not in known]
    todo = "Install the package again, then: rapport doctor." if missing else ""
    found = f"missing: {', '.join(missing)}" if missing else "kernelspecs and provisioners found"
    yield Finding("kernels", not missing, found, todo)
    warm = "can be forked" if can_fork() else "not on this system; every kernel starts cold"
    yield Finding("warm kernels", is_well=True, found=warm)


def _check_temporary() -> Findings:
    try:
        with tempfile.TemporaryDirectory() as folder:
            free = shutil.disk_usage(folder).free
    except OSError as error:
        todo = "Set TMPDIR to a folder that can be written."
        yield Finding("temporary folder", is_well=False, found=str(error.strerror), todo=todo)
        return
    is_well = free >= NEEDED_TEMPORARY
    todo = "" if is_well else "Make room, or set TMPDIR to another disk."
    yield Finding("temporary folder", is_well, f"{_megabytes(free)} free", todo)
    # Sockets need a short path; a longer one is no fault, kernels then talk by TCP.
    if len(os.fsencode(tempfile.gettempdir())) + ROOM > LONGEST_FOLDER:
        found = "its path is too long for sockets, so kernels talk over the network of this machine"
        yield Finding("sockets", is_well=True, found=found, todo="A shorter TMPDIR is quicker.")


def _megabytes(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.0f} MB"


def _check_locale() -> Findings:
    names, shown = sys.getfilesystemencoding(), getattr(sys.stdout, "encoding", None) or "unknown"
    is_well = names.lower() in ("utf-8", "utf8")
    todo = "" if is_well else "Set LANG to a UTF-8 locale, such as C.UTF-8, or PYTHONUTF8=1."
    yield Finding("locale", is_well, f"file names {names}, output {shown}", todo)


def _check_keys() -> Findings:
    from rapport.press.proof.signing import read_signer  # noqa: PLC0415 - only if one is named

    for variable, what, read in (
        (SIGNING_KEY, "signing key", read_signer),
        (KEY_VARIABLE, "key of pseudonyms", read_key),
    ):
        if not os.environ.get(variable):
            found = f"{variable} is not set"
            yield Finding(what, is_well=True, found=found)
            continue
        try:
            read(os.environ)
        except RapportError as error:
            yield Finding(what, is_well=False, found="cannot be used", todo=str(error))
        else:
            yield Finding(what, is_well=True, found="readable by its owner only")


def _check_quarto() -> Findings:
    from rapport.press.render.quarto.find import find_quarto  # noqa: PLC0415

    try:
        quarto = find_quarto(os.environ)
    except RapportError:
        found = "not found; only `rapport run --renderer quarto` needs it"
    else:
        found = f"version {quarto.version}"
    yield Finding("Quarto", is_well=True, found=found)


def _check_disk(root: Path) -> Findings:
    free = shutil.disk_usage(root).free
    is_well = free >= NEEDED_DISK
    todo = "" if is_well else "Make room, for example by `rapport store gc --keep 1`."
    yield Finding("disk", is_well, f"{_megabytes(free)} free", todo)
    locked = [name for name in ("data", "reports") if not _is_writable(root / name)]
    if locked:
        todo = "Let the user who runs reports write there."
        yield Finding(
            "folders", is_well=False, found=f"not writable: {', '.join(locked)}", todo=todo
        )


def _is_writable(folder: Path) -> bool:
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    return os.access(nearest, os.W_OK)


def _check_lock(root: Path) -> Findings:
    path = root / "requirements.lock"
    if not path.is_file():
        todo = "Put the lock beside params/, so that reports name their environment."
        yield Finding("lock", is_well=False, found="requirements.lock is absent", todo=todo)
        return
    pins: dict[str, set[str]] = {}
    for pin in read_pins(path.read_text(encoding="utf-8")):
        pins.setdefault(pin.name, set()).add(pin.version)
    installed = {name: _version(name) for name in pins}
    wrong = [n for n, version in installed.items() if version and version not in pins[n]]
    missing = [name for name in _list_direct() if name in pins and installed[name] is None]
    if wrong or missing:
        said = [f"other version: {', '.join(wrong[:5])}"] if wrong else []
        said += [f"missing: {', '.join(missing[:5])}"] if missing else []
        todo = "pip install --require-hashes -r requirements.lock"
        yield Finding("lock", is_well=False, found="; ".join(said), todo=todo)
    else:
        n = sum(version is not None for version in installed.values())
        yield Finding("lock", is_well=True, found=f"{n} packages are installed as it names them")


def _list_direct() -> list[str]:
    """Name what the package needs without any extra."""
    try:
        asked = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:  # run from a checkout
        return []
    heads = [REQUIREMENT.match(text) for text in asked if "extra ==" not in text]
    return [normalise(head[0]) for head in heads if head is not None]


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _check_params(root: Path) -> Findings:
    names = list_units(root)
    faults = [fault for name in names for fault in _try_unit(root, name)]
    for fault in faults:
        yield Finding("parameters", is_well=False, found="not usable", todo=fault)
    if not faults:
        todo = "" if names else "Begin one with `rapport new unit NAME --from FILE`."
        yield Finding("parameters", bool(names), f"{len(names)} units can be used", todo)


def _try_unit(root: Path, name: str) -> Iterator[str]:
    readers: list[Callable[[Path, str], object]] = [load_unit, read_brand, read_notes]
    if (root / "params" / f"{name}.delivery.yml").is_file():
        readers.append(load_delivery)
    for read in readers:
        try:
            read(root, name)
        except ParameterError as error:
            yield str(error)
            if read is load_unit:
                return


def _check_sample(root: Path) -> Findings:
    from rapport.ingest.sample import SAMPLE_UNITS, check_sample  # noqa: PLC0415

    folder = root / "data" / "sample"
    if not folder.is_dir():
        found = "not made yet; a run of a sample unit makes it"
        yield Finding("sample data", is_well=True, found=found)
        return
    wrong = check_sample(folder, units=SAMPLE_UNITS)
    found = f"{len(wrong)} files are missing or differ" if wrong else "as pinned"
    todo = "The next run of a sample unit makes them anew, or: rapport data sample" if wrong else ""
    yield Finding("sample data", not wrong, found, todo)


def _check_notebooks(root: Path) -> Findings:
    n = len(list((root / "notebooks").glob("*.ipynb")))
    todo = "" if n else "Take them from `rapport init DIR`."
    yield Finding("notebooks", n > 0, f"{n} chapters", todo)


LOOKS: tuple[Callable[[], Findings], ...] = (
    _check_python, check_fonts, _check_kernels, _check_temporary, _check_locale, _check_keys,
    _check_quarto,
)  # fmt: skip
PROJECT_LOOKS: tuple[Callable[[Path], Findings], ...] = (
    _check_disk, _check_lock, _check_notebooks, _check_params, _check_sample,
)  # fmt: skip
