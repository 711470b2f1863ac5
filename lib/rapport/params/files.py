"""YAML files read with the line on which every name stands."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from rapport.errors import ParameterError

TAG = "tag:yaml.org,2002:"
SCALARS = frozenset(TAG + kind for kind in ("null", "bool", "int", "float"))
Lines = tuple[tuple[tuple[str, ...], int], ...]


class _NotPlainError(Exception):
    """A document has what only YAML's own constructor knows: days, merged mappings, tags."""


def read_yaml(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int]]:
    """Read a mapping from a YAML file, with the line on which each name stands.

    Raises
    ------
    ParameterError
        The file cannot be read, is not YAML, holds no mapping or a name twice.
    """
    try:
        is_mapping, packed, found = _parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParameterError(f"{path.name}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ParameterError(f"{path.name}: is not UTF-8 text. Save it as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ParameterError(f"{path.name} line {line}: not YAML: {error.problem}.") from error
    values = pickle.loads(packed)  # noqa: S301 - packed below
    if values is None:
        return {}, {}
    if not is_mapping or not isinstance(values, dict):
        raise ParameterError(f"{path.name}: holds no `name: value` lines.")
    lines: dict[tuple[str, ...], int] = {}
    for key, line in found:
        if key in lines:
            raise ParameterError(f"{path.name} line {line}: {'.'.join(key)} stands there twice.")
        lines[key] = line
    return values, lines


# The defaults are read for every unit; each reader gets values of its own, which it may change.
@lru_cache(maxsize=8)
def _parse(text: str) -> tuple[bool, bytes, Lines]:
    # The C loader is ten times faster where it is built in; both construct no object by a tag.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        # Before values are constructed: that writes merged mappings into the nodes.
        found = () if node is None else tuple(_walk(node, ()))
        values = None if node is None else _construct(loader, node)
        return isinstance(node, yaml.MappingNode), pickle.dumps(values), found
    finally:
        loader.dispose()


def _construct(loader: Any, node: yaml.Node) -> Any:
    """Give a document's values; plain ones by themselves, which is a tenth of the work."""
    try:
        return _value(loader, node)
    except _NotPlainError:
        return loader.construct_document(node)


def _value(loader: Any, node: yaml.Node) -> Any:
    if node.tag == TAG + "str" and isinstance(node, yaml.ScalarNode):
        return node.value
    if node.tag == TAG + "map" and isinstance(node, yaml.MappingNode):
        return {_key(loader, key): _value(loader, value) for key, value in node.value}
    if node.tag == TAG + "seq" and isinstance(node, yaml.SequenceNode):
        return [_value(loader, value) for value in node.value]
    if node.tag in SCALARS and isinstance(node, yaml.ScalarNode):
        return loader.yaml_constructors[node.tag](loader, node)
    raise _NotPlainError


def _key(loader: Any, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _value(loader, node)
    raise _NotPlainError


def _walk(node: yaml.Node, above: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            path = (*above, str(key.value))
            yield path, key.start_mark.line + 1
            yield from _walk(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield from _walk(value, (*above, str(position)))
