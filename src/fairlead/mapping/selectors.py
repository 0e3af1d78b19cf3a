"""Selectors: what each kind can be asked for, and how the wishes of several rows are joined.

Option names, types and defaults are those of Port's integration (all 29 kinds), so that an existing
configuration is understood or refused for the same reasons. `query` and `exportEnvVariables` belong to every kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

Join = Literal["any", "union", "agree", "each", "largest"]
"""How rows' values are joined: true if any is, the union of lists, the value if all agree (else nothing), the
distinct values of all rows with None for a row without one, or the largest."""

Check = Callable[[object], object]
"""Gives the value in its one form; ValueError says what was expected."""


class Option(msgspec.Struct, frozen=True):
    """One selector key."""

    check: Check
    join: Join = "agree"
    default: object = None


def _flag(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise ValueError("true or false")


def _count(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    if isinstance(value, str) and value.strip().isdecimal() and int(value) >= 1:
        return int(value)
    raise ValueError("a whole number from 1")


def _text(value: object) -> object:
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError("a text")


def _number_or_text(value: object) -> object:
    """`apiVersion: 7.1` is a number to YAML."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return _text(value)


def _texts(value: object) -> object:
    if isinstance(value, str) and value.strip():
        return [value]
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return list(value)
    raise ValueError("a list of texts")


def _one_of(*names: str) -> Check:
    def check(value: object) -> object:
        if isinstance(value, str) and value in names:
            return value
        raise ValueError(f"one of {', '.join(names)}")

    return check


def _some_of(*names: str) -> Check:
    def check(value: object) -> object:
        parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
        if isinstance(parts, list) and parts and all(part in names for part in parts):
            return sorted(parts)
        raise ValueError(f"one or more of {', '.join(names)}")

    return check


def _object(options: Mapping[str, Check], required: tuple[str, ...] = ()) -> Check:
    """An object with these keys only: Port refuses others here."""

    def check(value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError(f"an object with {', '.join(options)}")
        for name in value:
            if name not in options:
                raise ValueError(f"no key {name!r}; known are {', '.join(options)}")
        for name in required:
            if name not in value:
                raise ValueError(f"the key {name!r}")
        return {name: options[name](inner) for name, inner in value.items() if inner is not None}

    return check


def _objects(options: Mapping[str, Check], required: tuple[str, ...] = ()) -> Check:
    one = _object(options, required)

    def check(value: object) -> object:
        if not isinstance(value, list):
            raise ValueError("a list of objects")
        return [one(part) for part in value]

    return check


def _repositories(value: object) -> object:
    if isinstance(value, list):
        return [{"name": part} if isinstance(part, str) else _REPOSITORY(part) for part in value]
    raise ValueError("a list of repositories")


_REPOSITORY = _object({"name": _text, "branch": _text}, ("name",))
_FLAG = Option(_flag, "any", default=False)
_FILES = Option(_texts, "union", default=())
_IGNORED = {"defaultTeam": _FLAG}
_RELEASE_EXPANDS = ("environments", "artifacts", "approvals", "manualInterventions", "variables", "tags")
_DEFINITION_EXPANDS = ("environments", "artifacts", "triggers", "variables", "tags", "lastRelease")
_MEMBERSHIPS = ("license", "extensions", "projects", "groupRules")

OPTIONS: dict[str, dict[str, Option]] = {
    "project": {"defaultTeam": _FLAG},
    "repository": {"includedFiles": _FILES, **_IGNORED},
    "repository-policy": _IGNORED,
    "branch": _IGNORED,
    "pull-request": {
        "minTimeInDays": Option(_count, "largest", default=7),
        "maxResults": Option(_count, "largest", default=100),
        **_IGNORED,
    },
    "file": {
        "files": Option(_object({"path": _texts, "repos": _texts}, ("path",)), "each"),
        "includedFiles": _FILES,
        **_IGNORED,
    },
    "folder": {
        "project_name": Option(_text, "each"),
        "folders": Option(_objects({"path": _text, "repos": _repositories}, ("path",)), "each"),
        "includedFiles": _FILES,
        **_IGNORED,
    },
    "pipeline": {"includeRepo": _FLAG, **_IGNORED},
    "build": {
        "enrichWithFirstCommit": _FLAG,
        # Fairlead's own: Port reads every build there is.
        "minTimeInDays": Option(_count, "each"),
        **_IGNORED,
    },
    "pipeline-stage": _IGNORED,
    "pipeline-run": _IGNORED,
    "environment": _IGNORED,
    "pipeline-deployment": _IGNORED,
    "release": {
        "expand": Option(_some_of(*_RELEASE_EXPANDS), "union", default=()),
        "statusFilter": Option(_one_of("abandoned", "active", "draft", "undefined"), "each"),
        "tagFilter": Option(_texts, "each"),
        "sourceBranchFilter": Option(_text, "each"),
        "minCreatedTime": Option(_text, "each"),
        "maxCreatedTime": Option(_text, "each"),
        **_IGNORED,
    },
    "release-definition": {
        "expand": Option(_some_of(*_DEFINITION_EXPANDS), "union", default=("environments",)),
        "tagFilter": Option(_texts, "each"),
        **_IGNORED,
    },
    "release-deployment": _IGNORED,
    "test-run": {
        "includeResults": Option(_flag, "any", default=True),
        "codeCoverage": Option(_object({"flags": _count}), "each"),
        **_IGNORED,
    },
    "work-item": {
        "wiql": Option(_text, "each"),
        "expand": Option(_one_of("None", "Fields", "Relations", "Links", "All"), "agree", default="All"),
        **_IGNORED,
    },
    "board": _IGNORED,
    "column": _IGNORED,
    "iteration": _IGNORED,
    "area-path": {"depth": Option(_count, "largest"), **_IGNORED},
    "user": {
        "source": Option(_one_of("graph", "entitlements"), "each"),
        "subjectTypes": Option(_texts, "union"),
        "includeGroupMemberships": _FLAG,
        "includeFields": Option(_some_of(*_MEMBERSHIPS), "union"),
        "apiVersion": Option(_number_or_text, "each"),
    },
    "team": {"includeMembers": _FLAG, "includeAreaPaths": _FLAG, **_IGNORED},
    "member": _IGNORED,
    "group": {},
    "group-member": {},
    "advanced-security-alert": {
        "criteria": Option(
            _object(
                {
                    "states": _some_of("active", "dismissed", "fixed", "autoDismissed"),
                    "severity": _some_of("low", "medium", "high", "critical", "note", "warning", "error"),
                    "alertType": _some_of("dependency", "code", "secret"),
                }
            ),
            "each",
        ),
        **_IGNORED,
    },
    "wiki": {
        "wikiType": Option(_one_of("projectWiki", "codeWiki"), "each"),
        "includeContent": _FLAG,
        "apiVersion": Option(_number_or_text, "each"),
    },
}


def validated(kind: str, given: Mapping[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """The selector (without `query`) in canonical form, and the keys that have no effect.

    A wrong value is a ValueError that names the key. The selector of a kind that is not known passes as it is:
    `check_kinds` refuses the kind.
    """
    options = OPTIONS.get(kind)
    if options is None:
        return dict(given), ()
    if kind == "file" and given.get("files") is None:
        raise ValueError("selector.files: expected an object with path: which files are wanted")
    found: dict[str, object] = {}
    unknown: list[str] = []
    for name, value in given.items():
        option = options.get(name)
        if option is None:
            unknown.append(name)
        elif value is not None:
            try:
                found[name] = option.check(value)
            except ValueError as error:
                raise ValueError(f"selector.{name}: expected {error}, got {value!r}") from error
    return found, tuple(unknown)
