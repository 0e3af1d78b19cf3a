"""The house rules that no linter knows: sizes, names, who may catch what, and what no file may say."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILE_LINES = 400
FUNCTION_LINES = 50
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "manager"}

SHOUTS = re.compile(
    # Registry hosts and machine paths, written so that this file does not hold them.
    r"files\.python"
    + r"hosted|py"
    + r"pi\.org|registry\.npm"
    + r"js|https?://[^\s\"']*/sim"
    + r"ple\b|/wo"
    + r"rk/(main|shared)|/ro"
    + r"ot/"
)


@cache
def tracked() -> tuple[Path, ...]:
    """Files of the repository: what git tracks or would, as they stand in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return tuple(path for name in sorted(set(listed)) if (path := ROOT / name).is_file())


@cache
def sources() -> tuple[Path, ...]:
    return tuple(path for path in tracked() if path.suffix == ".py")


def shipped() -> Iterator[Path]:
    return (path for path in sources() if path.is_relative_to(ROOT / "src"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def names(node: ast.AST) -> Iterator[str]:
    return (leaf.id for leaf in ast.walk(node) if isinstance(leaf, ast.Name))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_files_are_short() -> None:
    long = {
        name(path): lines for path in sources() if (lines := len(path.read_text().splitlines())) > FILE_LINES
    }
    assert long == {}


def test_functions_are_short() -> None:
    long = {
        f"{name(path)}:{node.name}": length
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


def test_modules_are_named_for_their_job() -> None:
    vague = [name(path) for path in shipped() if NO_NAMES & {path.stem, path.parent.name}]
    assert vague == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        name(path) for path in shipped() if path.read_text().strip() and not ast.get_docstring(tree(path))
    ]
    assert silent == []


BROAD = {"Exception", "BaseException"}


def test_only_sync_catches_broadly() -> None:
    broad = [
        f"{name(path)}:{node.lineno}"
        for path in shipped()
        if not path.is_relative_to(ROOT / "src/fairlead/sync")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or BROAD & set(names(node.type)))
    ]
    assert broad == []


CLOCKS = {
    ("time", "time"),
    ("time", "monotonic"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
}
PURE = ("model", "reconcile", "mapping")


def test_pure_rooms_read_no_clock() -> None:
    """`mapping/pool` and the worker measure time limits; nothing else in the pure rooms knows what time it is."""
    reads = [
        f"{name(path)}:{node.lineno}"
        for path in shipped()
        if path.relative_to(ROOT / "src").parts[1] in PURE and path.stem not in ("pool", "worker")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCKS
    ]
    assert reads == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name(path)}: {match.group()}" for match in SHOUTS.finditer(text)]
    assert found == []


@pytest.mark.parametrize("script", ["fairlead", ".ci/run"])
def test_scripts_can_be_run(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111
