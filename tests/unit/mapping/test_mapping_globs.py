"""Patterns of paths: hard cases, and that jq and Python read them alike."""

from __future__ import annotations

import json

import pytest

from fairlead.model import globs
from unit.mapping.builders import mapping, resource

CASES = [
    ("README.md", "README.md", True), ("README.md", "readme.md", False), ("README.md", "docs/README.md", False),
    ("/README.md", "README.md", True), ("./docs//a.md", "docs/a.md", True), ("READ*", "readme.md", True),
    ("*.yml", "a.yml", True), ("*.yml", ".a.yml", True), ("*.yml", "d/a.yml", False), ("*", "a/b", False),
    ("src/*/x.json", "src/a/x.json", True), ("src/*/x.json", "src/a/b/x.json", False),
    ("src/*/x.json", "src/x.json", False), ("?.md", "a.md", True), ("?.md", "ab.md", False), ("?", "/", False),
    ("**", "a", True), ("**", "a/b/c", True), ("**/x", "x", True), ("**/x", "a/b/x", True), ("**/x", "a/xx", False),
    ("a/**", "a/b/c", True), ("a/**", "a", False), ("a/**/b", "a/b", True), ("a/**/b", "a/x/y/b", True),
    ("a**b/x", "axxb/x", True), ("a**b/x", "a/b/x", False),
    ("a[1]/x", "a[1]/x", True), ("a[1]/x", "a1/x", True), ("a[1]/x", "a2/x", False),
    ("[!a]b", "cb", True), ("[!a]b", "ab", False), ("[^a]b", "/b", False), ("[z-a].md", "[z-a].md", True),
    ("[", "[", True), ("[]", "[]", True), ("[]a]x", "]x", True), ("[a-c]x", "bx", True),
    ("@scope/p+q!{r}.json", "@scope/p+q!{r}.json", True), ("{a,b}.md", "a.md", False), ("{a,b}.md", "{a,b}.md", True),
    ("a b/(c) $1^.txt", "a b/(c) $1^.txt", True), ("a.b", "axb", False), ("größe/*", "GRÖßE/x", True),
    ("データ/*.md", "データ/x.md", True), (".github/*", ".github/x", True), ("a\\b*", "a\\bc", True),
    ("SRC/*/x", "src/a/x", True), ("a/[legacy]/*.md", "a/[legacy]/*.md", True),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "path", "expected"), CASES)
def test_what_a_pattern_matches(pattern: str, path: str, expected: bool) -> None:
    assert globs.matches(pattern, path) is expected


@pytest.mark.parametrize(("pattern", "path"), [case[:2] for case in CASES if case[2]])
def test_a_walk_as_deep_as_a_pattern_says_finds_what_it_matches(pattern: str, path: str) -> None:
    parts = path.split("/")
    assert globs.depth(pattern) >= len(parts)
    assert len(parts) == 1 or globs.begins_anywhere(pattern) or globs.leads_into(pattern, parts[0])


def test_depths_and_the_root() -> None:
    assert (globs.depth("*.md"), globs.depth("a/b/*.md"), globs.depth("")) == (1, 3, 1)
    assert globs.depth("a/**") > 1_000
    assert globs.matches("/", "")
    assert not globs.matches("/", "a")
    assert not any(globs.matches(one, "") for one in ("*", "**", "***", "?", "**/*"))
    assert not globs.leads_into("*.md", "docs")
    assert not globs.leads_into("docs/*.md", "Docs2")


async def test_jq_agrees() -> None:
    rows = [
        resource(".file.path", kind="file", selector={"files": {"path": pattern}})
        for pattern in dict.fromkeys(case[0] for case in CASES)
    ]
    patterns = list(dict.fromkeys(case[0] for case in CASES))
    async with mapping(*rows) as mapper:
        for pattern, path, expected in CASES:
            outcome = (await mapper.map("file", [_record(path)]))[0][patterns.index(pattern)]
            assert outcome.frozen == ""
            assert bool(outcome.contributions) is expected, (pattern, path)


def _record(path: str, repository: str = "api") -> bytes:
    return json.dumps({"file": {"path": path}, "repo": {"name": repository}}).encode()
