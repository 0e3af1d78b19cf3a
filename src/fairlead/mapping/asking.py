"""What a selector asks for, as a jq condition over the record: a row maps what it asked for, and nothing else.

A reading brings the union of what all rows of a kind want. Of most kinds that is a matter of detail; of files and
folders the selector says which objects there are for the row. As a condition over the record itself it holds in a
replay of stored records just as in a reading.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from fairlead.model import globs
from fairlead.model.kinds import Selector


def condition(kind: str, selector: Selector) -> str:
    """The condition, "" where every record of the kind is for the row."""
    if kind == "file":
        return _files(selector.get("files"))
    return _folders(selector) if kind == "folder" else ""


def _files(files: object) -> str:
    given = files if isinstance(files, Mapping) else {}
    paths = " or ".join(_matches(".file.path", path) for path in _texts(given.get("path")))
    repositories = _texts(given.get("repos"))
    named = f" and {_is_one_of('.repo.name', repositories)}" if repositories else ""
    return f"({paths or 'false'}){named}"


def _folders(selector: Selector) -> str:
    folders = selector.get("folders")
    wishes = (
        [_folder(one) for one in folders if isinstance(one, Mapping)] if isinstance(folders, list) else []
    )
    project = selector.get("project_name")
    inside = f" and {_is_one_of('.__repository.project.name', [project])}" if isinstance(project, str) else ""
    return f"({' or '.join(wishes) or 'false'}){inside}"


def _folder(wish: Mapping[str, object]) -> str:
    pattern = f".__pattern=={json.dumps(wish.get('path'))}"
    default = '.__branch==((.__repository.defaultBranch // "")|ltrimstr("refs/heads/"))'
    repositories = wish.get("repos")
    named = (
        [one for one in repositories if isinstance(one, Mapping)] if isinstance(repositories, list) else []
    )
    if not named:
        return f"({pattern} and {default})"
    places = [
        f"(.__repository.name=={json.dumps(one.get('name'))} and "
        + (f".__branch=={json.dumps(one['branch'])})" if one.get("branch") else f"{default})")
        for one in named
    ]
    return f"({pattern} and ({' or '.join(places)}))"


def _matches(path: str, pattern: str) -> str:
    flags = "" if globs.is_sensitive(pattern) else ';"i"'
    return f"({path}|test({json.dumps(globs.expression(pattern))}{flags}))"


def _is_one_of(path: str, values: Sequence[str]) -> str:
    return "(" + " or ".join(f"{path}=={json.dumps(value)}" for value in values) + ")"


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
