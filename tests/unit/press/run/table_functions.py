"""What table tasks of the tests call, in a worker, by its dotted name."""

import hashlib
import os
import signal
import tempfile
import uuid
from pathlib import Path

from rapport.errors import DataError, RapportError


def count_words(arguments):
    words = [Path(path).read_text(encoding="utf-8") for path in arguments["tables"].values()]
    text = " ".join([*words, *arguments.get("words", [])])
    os.write(1, b"what a function of a table prints is no output of the command")
    return _write(arguments, text)


def write_randomly(arguments):
    return _write(arguments, uuid.uuid4().hex)


def report_settings(arguments):
    names = arguments["settings"]
    return _write(arguments, " ".join(f"{name}={os.environ.get(name)}" for name in names))


def leave_temporary_files(arguments):
    folder = tempfile.mkdtemp()
    Path(folder, "a").write_text("a", encoding="utf-8")
    Path(arguments["note"]).write_text(folder, encoding="utf-8")
    os.kill(os.getpid(), signal.SIGKILL)


def edit_code(arguments):
    Path(arguments["file"]).write_text("x = 2", encoding="utf-8")
    return _write(arguments, "done")


def delete_code(arguments):
    Path(arguments["file"]).unlink()
    return _write(arguments, "done")


def lie_about_content(arguments):
    made = _write(arguments, "one")
    Path(made[arguments["name"]]["path"]).write_text("other", encoding="utf-8")
    return made


def refuse(arguments):
    raise DataError(f"{arguments['name']}: 3 of 9 rows have no day. Correct the source.")


def stumble(arguments):
    return arguments["nowhere"]


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def _write(arguments, text):
    path = Path(arguments["into"]) / f"{arguments['name']}.parquet"
    path.write_text(text, encoding="utf-8", newline="\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    described = {"path": str(path), "digest": digest, "n_rows": len(text.split())}
    return {arguments["name"]: described}


def print_results(arguments, results):
    """Write what tasks made into a file of the project, as a report would."""
    project = Path(arguments["store"]).parents[1]
    page = project / "reports" / "page.txt"
    page.parent.mkdir(exist_ok=True)
    made = {name: sorted(result.tables) for name, result in results.items()}
    page.write_text(f"{arguments['title']}: {made}", encoding="utf-8")
    digest = hashlib.sha256(page.read_bytes()).hexdigest()
    return {"keeps": {"reports/page.txt": digest}, "modules": sorted(arguments["modules"])}


def refuse_to_print(arguments, results):
    raise RapportError("shop 2010-11: the report cannot be written. Make room.")
