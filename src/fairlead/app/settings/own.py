"""Fairlead's own dialect: FAIRLEAD_ variables, nested by two underscores, and `fairlead.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from fairlead.app.settings.schema import Layer, did_you_mean, known_names, variable
from fairlead.model.errors import BadUsage

PREFIX = "FAIRLEAD_"
FILE_NAME = "fairlead.yaml"
CONFIG_VARIABLE = "FAIRLEAD_CONFIG"
PATHS = ("mapping_file", "blueprints_file")


def nested(flat: Mapping[str, object]) -> Layer:
    """`{"a__b": 1}` as `{"a": {"b": 1}}`, names in lower case."""
    layer: Layer = {}
    for name, value in flat.items():
        *parents, last = name.lower().split("__")
        inner = layer
        for parent in parents:
            step = inner.setdefault(parent, {})
            if not isinstance(step, dict):
                step = inner[parent] = {}
            inner = step
        inner[last] = value
    return layer


def from_environment(environment: Mapping[str, str]) -> tuple[Layer, tuple[str, ...]]:
    """The layer, and a warning for each FAIRLEAD_ name that no setting has. Empty values count as not set."""
    known = {variable(name) for name in known_names() if name != "connections"}
    given: dict[str, object] = {}
    warnings: list[str] = []
    for name, value in sorted(environment.items()):
        if not name.upper().startswith(PREFIX) or name.upper() == CONFIG_VARIABLE or not value:
            continue
        if name.upper() in known:
            given[name.upper().removeprefix(PREFIX)] = value
        else:
            hint = did_you_mean(name.upper(), (*sorted(known), CONFIG_VARIABLE))
            warnings.append(
                f"the variable {name} is not one that Fairlead reads" + (f": {hint}" if hint else "")
            )
    return nested(given), tuple(warnings)


def from_file(environment: Mapping[str, str], directory: Path) -> Layer:
    """The layer of FAIRLEAD_CONFIG, else of `fairlead.yaml` in `directory`, else an empty one.

    Paths in the file are relative to the file. Raises BadUsage for a file that is missing or no YAML object.
    """
    named = environment.get(CONFIG_VARIABLE, "")
    path = directory / (named or FILE_NAME)
    if not named and not path.exists():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise BadUsage(f"the settings file {path} cannot be read: {reason}") from None
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadUsage(f"the settings file {path} is not YAML{_place(error)}") from None
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise BadUsage(f"the settings file {path} must hold names with values")
    for name in PATHS:
        if isinstance(content.get(name), str):
            content[name] = str(path.parent / content[name])
    port = content.get("port")
    folder = port.get("resources_path") if isinstance(port, dict) else None
    if isinstance(port, dict) and isinstance(folder, str) and folder:
        port["resources_path"] = str(path.parent / folder)
    return content


def _place(error: yaml.YAMLError) -> str:
    # Only the place is told: yaml's own message quotes the line, and the line may hold a secret.
    mark = getattr(error, "problem_mark", None)
    return f": line {mark.line + 1}, column {mark.column + 1}" if mark else ""
