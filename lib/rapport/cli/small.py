"""Commands that answer at once: parameters, the key of pseudonyms."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rapport import params as room
from rapport.privacy import KEY_VARIABLE, write_key


def params(arguments: argparse.Namespace) -> int:
    """Print a unit's parameters as a run would take them, or the schema of its file."""
    root = room.find_root(Path.cwd())
    if arguments.schema:
        content = room.UnitParams.model_json_schema(by_alias=True)
    elif arguments.unit:
        content = room.load_unit(root, arguments.unit).model_dump(mode="json", by_alias=True)
    else:
        units = room.list_units(root)
        content = {name: room.load_unit(root, name).chapter_values() for name in units}
    sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return 0


def pseudonym(arguments: argparse.Namespace) -> int:
    """Make the key of pseudonyms."""
    write_key(arguments.file)
    sys.stdout.write(
        f"{arguments.file}: made. Keep it apart from the data; whoever loses it cuts every "
        f"customer's history.\nSet {KEY_VARIABLE} to its path before a run.\n"
    )
    return 0
