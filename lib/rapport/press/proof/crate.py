"""A run as a Process Run RO-Crate: what others' tools read of who made what from what.

It describes and proves nothing: the seal is in the report, and the record beside it says more.
Lists of customers are left out, and tables with a row a customer are named by their digests only.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rapport.errors import ParameterError, TamperedError
from rapport.press.proof.packed import sha256, spell_out
from rapport.press.proof.seal.check import check

VERSION = "1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
FORMS = {
    ".html": "text/html", ".pdf": "application/pdf", ".json": "application/json",
    ".ipynb": "application/x-ipynb+json", ".parquet": "application/vnd.apache.parquet",
}  # fmt: skip
TERMS = (
    "For use as the organisation that made the report allows; its confidentiality line, if it has "
    "one, stands on every page."
)


def write_crate(run: Path, folder: Path) -> list[str]:
    """Write the crate of a run and give the names of its files.

    Parameters
    ----------
    run : the run's folder
    folder : is made; must not be there

    Raises
    ------
    ParameterError
        The folder is there, there is no such run, or the extra `crate` is not installed.
    TamperedError
        A file of the run is not the one that was sealed.
    """
    crate_of = _import()
    if folder.exists():
        raise ParameterError(f"{folder.name}: is there already. Name a folder that is not.")
    statement, predicate = _read(run)
    crate = crate_of(version=VERSION)
    described = predicate["shown"].get("en") or next(iter(predicate["shown"].values()))
    crate.name = f"{described['title']}, {described['period']}"
    crate.description = described["headline"]
    crate.license = TERMS
    crate.datePublished = predicate["made"]
    crate.root_dataset["conformsTo"] = _add(crate, PROFILE, "CreativeWork",
                                            name="Process Run Crate", version="0.5")  # fmt: skip
    files = _add_files(crate, run, statement)
    action = _add(
        crate, f"#run-{predicate['run']}", "CreateAction", name=f"Run {predicate['run']}",
        description=crate.description, endTime=predicate["made"],
        agent=_add_agent(crate, predicate),
        instrument=_add_program(crate, predicate, files), object=_add_inputs(crate, predicate),
        result=[file for name, file in files.items() if not name.startswith("notebooks/")],
    )  # fmt: skip
    crate.root_dataset["mentions"] = [action]
    try:
        crate.write(folder)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return sorted(files)


def _import() -> Any:
    try:
        from rocrate.rocrate import ROCrate  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ParameterError(
            'export-crate: needs the extra `crate`: pip install "rapport-reports[crate]".'
        ) from error
    return ROCrate


def _read(run: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Read the sealed statement, and see that the files beside the report are those it names."""
    reports = sorted([*run.glob("report.*.html"), *run.glob("report.*.pdf")])
    if not reports:
        raise ParameterError(f"{run.name}: holds no report. Name a run's folder.")
    statements = [check(path.read_bytes(), None).statement for path in reports]
    sealed = {path.name for path in reports}
    wrong = [
        subject["name"]
        for subject in statements[0]["subject"]
        if subject["name"] not in sealed
        and sha256((run / subject["name"]).read_bytes()) != subject["digest"]["sha256"]
    ]
    if wrong or any(other != statements[0] for other in statements):
        raise TamperedError(f"{(wrong or ['its reports'])[0]}: is not as it was sealed.")
    return statements[0], spell_out(statements[0])[0]


def _add_files(crate: Any, run: Path, statement: Mapping[str, Any]) -> dict[str, Any]:
    subjects = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    files = {}
    for name in sorted([*subjects, "manifest.json"]):
        if name.startswith("lists/"):
            continue
        path = run / name
        kinds = ["File", "SoftwareSourceCode"] if path.suffix == ".ipynb" else "File"
        digest = subjects.get(name) or sha256(path.read_bytes())
        properties = {
            "@type": kinds, "name": name, "contentSize": str(path.stat().st_size),
            "encodingFormat": FORMS.get(path.suffix, "application/octet-stream"),
            "identifier": f"sha256:{digest}",
        }  # fmt: skip
        files[name] = crate.add_file(path, dest_path=name, properties=properties)
    return files


def _add(crate: Any, identity: str, kind: str, **properties: Any) -> Any:
    from rocrate.model.contextentity import ContextEntity  # noqa: PLC0415 - an extra

    made = ContextEntity(crate, identity, properties={"@type": kind})
    crate.add(made)
    for name, value in properties.items():
        made[name] = value
    return made


def _add_agent(crate: Any, predicate: Mapping[str, Any]) -> Any:
    """Name who signed; of a run that nobody signed the machine is all that is known."""
    signer = predicate.get("signer")
    if signer:
        return _add(crate, "#signer", "Organization", name=signer)
    machine = " ".join(predicate["machine"].values())
    return _add(crate, "#machine", "SoftwareApplication", name=f"Scheduler on {machine}")


def _add_program(crate: Any, predicate: Mapping[str, Any], files: Mapping[str, Any]) -> Any:
    version = predicate["rendering"]["versions"]["rapport-reports"]
    chapters = [file for name, file in files.items() if name.startswith("notebooks/")]
    lock = predicate["environment"]["lock"]
    return _add(
        crate, "#rapport", "SoftwareApplication", name="rapport-reports", softwareVersion=version,
        hasPart=chapters, softwareRequirements=f"Python {predicate['environment']['python']}, "
        f"requirements.lock sha256:{lock}",
    )  # fmt: skip


def _add_inputs(crate: Any, predicate: Mapping[str, Any]) -> list[Any]:
    parameters = [
        _add(crate, f"#parameter-{name}", "PropertyValue", name=name, value=str(value))
        for name, value in sorted(predicate["parameters"].items())
    ]
    tables = [
        _add(crate, f"#table-{name}", "CreativeWork", name=name,
             identifier=f"sha256:{predicate['tables'][name]['sha256']}",
             description=f"{predicate['tables'][name]['rows']} rows, not in this crate")
        for name in predicate["canonical"]
    ]  # fmt: skip
    return [*parameters, *tables]
