"""The document tree through nbconvert's exporter and the house's template."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, StrictUndefined
from nbconvert.exporters import TemplateExporter
from nbformat.v4 import new_notebook
from traitlets import default

from rapport.assets.files import asset_path


class ReportExporter(TemplateExporter):
    """Exporter of one report: everything it shows comes in as resources, escaped.

    The notebooks themselves were read before (`render.document`), so the notebook given to
    `from_notebook_node` is empty; whoever has an exporter of their own can replace this one.
    """

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "rapport"

    @default("template_file")
    def _template_file_default(self) -> str:
        return "report.html.j2"

    @default("template_paths")
    def _template_paths_default(self, prune: bool = True, root_dirs: Any = None) -> list[str]:  # noqa: ARG002, FBT001, FBT002
        # Only the house's own folder: templates of whoever is at this machine change no report.
        return [str(asset_path("html"))]

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()  # type: ignore[no-untyped-call]
        environment.autoescape = True
        environment.undefined = StrictUndefined
        environment.trim_blocks = environment.lstrip_blocks = True
        return environment


@cache
def _exporter() -> ReportExporter:
    return ReportExporter()  # type: ignore[no-untyped-call]


def fill_template(resources: dict[str, Any]) -> str:
    """Give the page that the template makes of the resources."""
    empty = new_notebook()  # type: ignore[no-untyped-call]
    page, _ = _exporter().from_notebook_node(empty, resources=resources)
    return str(page)
