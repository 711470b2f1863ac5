"""Execute the chapters on the sample unit and store them as nbval's references.

`nox -s reference` runs this. The references are drafts, made as nbval makes them: a stock kernel,
the notebooks as they stand, in a project that was run once.
"""

import sys
import tempfile
from pathlib import Path

# What pytest's own settings do for the tests that share these modules.
sys.path.insert(1, str(Path(__file__).parents[1]))

import sample_project as sample

from rapport.press.canonical import canonical_bytes


def refresh() -> None:
    """Write every reference anew; those of chapters that are no more are removed."""
    with tempfile.TemporaryDirectory() as folder:
        project = sample.copy_project(Path(folder) / "shop")
        sample.run_press(project)
        made = {stem: sample.run_all(project, stem) for stem in sample.CHAPTERS}
    sample.REFERENCES.mkdir(exist_ok=True)
    for path in sample.REFERENCES.glob("*.ipynb"):
        path.unlink()
    for stem, notebook in made.items():
        path = sample.REFERENCES / f"{stem}.ipynb"
        path.write_bytes(canonical_bytes(sample.with_plain_text(notebook)))


if __name__ == "__main__":
    refresh()
