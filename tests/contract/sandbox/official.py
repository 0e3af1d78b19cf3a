"""Microsoft's OpenAPI files as a judge of answers.

The files are not part of the repository: they are found by `FAIRLEAD_SPECS`, or beside the repository. Five
relaxations make the files agree with what the service really sends (reference of the API, part 7): a
listing is unwrapped, null is allowed anywhere, enumerations ignore case, a bare `type: object` is anything,
and so is an odd `format`. On top of that every key that was sent must exist in the schema.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Schema: TypeAlias = "Mapping[str, Any]"

FILES = {
    "core": "core",
    "git": "git",
    "policy": "policy",
    "wit": "workItemTracking",
    "work": "work",
    "release": "release",
    "graph": "graph",
    "ims": "identities",
    "memberEntitlementManagement": "memberEntitlementManagement",
    "pipelines": "pipelines",
    "build": "build",
    "distributedTask": "taskAgent",
}
_FORMATS = frozenset({"uuid", "date-time", "int32", "int64", "double", "float", "byte", "uint32", "uint64"})
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?")
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


def specification() -> Path:
    """Return the folder with the areas, or skip (in CI: fail) when the files are not there."""
    root = Path(os.environ.get("FAIRLEAD_SPECS") or Path(__file__).parents[4] / "shared" / "specs")
    found = root / "azure-devops" / "specification"
    if not found.is_dir():
        message = "Microsoft's OpenAPI files are not there: set FAIRLEAD_SPECS to the folder that holds azure-devops/"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def read_json(path: Path) -> Any:
    """Read a file of the specification; all of them begin with a byte order mark."""
    return json.loads(path.read_text(encoding="utf-8-sig"))


class Area:
    """One OpenAPI file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = specification() / name / "7.1"
        self._file = read_json(self.folder / f"{FILES[name]}.json")

    def schema(self, method: str, template: str) -> Schema:
        """Return the schema of the 200 answer of an operation, named by its path in the file."""
        for section in ("paths", "x-ms-paths"):
            for path, operations in self._file.get(section, {}).items():
                if path.lower() == template.lower() and method.lower() in operations:
                    found = operations[method.lower()]["responses"]["200"]["schema"]
                    assert isinstance(found, dict)
                    return found
        raise LookupError(f"{self.name}: no {method} {template}")

    def resolved(self, schema: Schema) -> Schema:
        """Follow a reference."""
        while "$ref" in schema:
            schema = self._file["definitions"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def properties(self, schema: Schema) -> dict[str, Any]:
        """Return the properties of a schema with those of its bases."""
        schema = self.resolved(schema)
        found: dict[str, Any] = {}
        for base in schema.get("allOf", []):
            found.update(self.properties(base))
        found.update(schema.get("properties", {}))
        return found

    def problems(self, value: Any, schema: Schema, place: str, known: frozenset[str]) -> Iterator[str]:
        """Yield what is wrong with a value; `known` are places where the service is known to differ."""
        schema = self.resolved(schema)
        if value is None or place in known or _is_anything(schema):
            return
        kind = schema.get("type") or ("object" if "properties" in schema or "allOf" in schema else None)
        if kind is not None and not _fits(value, kind):
            yield f"{place}: {type(value).__name__} is no {kind}"
            return
        if isinstance(value, list):
            for one in value:
                yield from self.problems(one, schema.get("items", {}), f"{place}[]", known)
        elif isinstance(value, dict):
            yield from self._object_problems(value, schema, place, known)
        else:
            yield from _scalar_problems(value, schema, place)

    def _object_problems(
        self, value: Mapping[str, Any], schema: Schema, place: str, known: frozenset[str]
    ) -> Iterator[str]:
        properties = self.properties(schema)
        if not properties and "additionalProperties" not in schema:
            return
        if _is_free(properties):
            return
        for key, one in value.items():
            if key in properties:
                yield from self.problems(one, properties[key], f"{place}.{key}", known)
            elif "additionalProperties" in schema:
                yield from self.problems(one, schema["additionalProperties"], f"{place}.*", known)
            elif f"{place}.{key}" not in known:
                yield f"{place}.{key}: not in the schema"


def _is_anything(schema: Schema) -> bool:
    """Tell whether a schema says nothing: a bare object, or a type with a format of the generator's making."""
    if schema.get("type") == "object":
        return not {"properties", "allOf", "additionalProperties"} & set(schema)
    return "format" in schema and schema["format"] not in _FORMATS


def _is_free(properties: Mapping[str, Any]) -> bool:
    """Tell whether a definition describes a library class (links, property bags) and not what is sent."""
    return set(properties) in ({"links"}, {"item", "type"}, {"count", "item", "keys", "values"})


def _fits(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _scalar_problems(value: Any, schema: Schema, place: str) -> Iterator[str]:
    allowed = schema.get("enum")
    if allowed and str(value).lower() not in {str(one).lower() for one in allowed}:
        yield f"{place}: {value!r} is none of {allowed}"
    form = schema.get("format")
    if form not in _FORMATS or not isinstance(value, str):
        return
    if form == "date-time" and not _DATE.fullmatch(value):
        yield f"{place}: {value!r} is no date"
    if form == "uuid" and not _GUID.fullmatch(value):
        yield f"{place}: {value!r} is no lower-case GUID"


@cache
def area(name: str) -> Area:
    """Return an area, read once."""
    return Area(name)


def unwrapped(body: Any) -> Any:
    """Take a listing out of its wrapper and check the count."""
    if isinstance(body, dict) and set(body) == {"count", "value"}:
        assert body["count"] == len(body["value"])
        return body["value"]
    return body
