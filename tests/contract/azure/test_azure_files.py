"""Files and folders against the sandbox: what is found, what it costs, and when something is gone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from azure_devops_sandbox import Action, Fault, Sizes, running, seeded
from azure_devops_sandbox.running import Sandbox
from azure_devops_sandbox.state.records import Repository
from contract.azure.walking import Reader, reader
from fairlead.model.globs import matches
from fairlead.model.kinds import FetchSpec
from fairlead.model.records import Record
from unit.azure.scripted import fetch

_ODD = "packages/@scope/ui kit/package.json"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running(seeded(1, replace(Sizes(), monorepos=2))) as one:
        yield one


@pytest.fixture
async def azure(sandbox: Sandbox) -> AsyncIterator[Reader]:
    async with reader(sandbox) as one:
        await one.list_parents("project", "repository")
        yield one


def wanted(*paths: str, repos: list[str] | None = None, included: tuple[str, ...] = ()) -> FetchSpec:
    files = {"path": list(paths), **({"repos": repos} if repos else {})}
    return fetch("file", files=(files,), **({"includedFiles": included} if included else {}))


def wanted_folders(*folders: dict[str, Any], **more: Any) -> FetchSpec:
    return fetch("folder", folders=tuple(folders), **more)


def readable(sandbox: Sandbox) -> list[Repository]:
    organization = sandbox.organization
    live = {one.id for one in organization.live_projects()}
    every = organization.repositories.values()
    return [one for one in every if one.project in live and not one.disabled and one.default_branch]


def monorepo(sandbox: Sandbox) -> Repository:
    return next(one for one in readable(sandbox) if f"/{_ODD}" in one.trees[one.default_branch or ""])


def told(record: Record) -> dict[str, Any]:
    found = json.loads(record.body)["file"]
    assert isinstance(found, dict)
    return found


def calls(azure: Reader) -> list[str]:
    return [f"{one.route.method} {one.route.path.rpartition('/')[2]}" for one in azure.calls]


@pytest.mark.parametrize(
    "patterns",
    [
        ("README.md",), ("*.md", "CODEOWNERS"), ("services/*/package.json",), ("**/service.yaml",),
        ("SERVICES/*/Src/*",), (_ODD, "packages/[legacy]/{old}.yaml", "packages/a+b (copy)!/100%.json"),
        ("docs/**",), ("**",), ("nowhere/*.txt", "config/*"), ("docs/größe/*", ".editorconfig"),
    ],
)  # fmt: skip
async def test_every_file_that_a_pattern_matches(
    azure: Reader, sandbox: Sandbox, patterns: tuple[str, ...]
) -> None:
    records = await azure.list("file", spec=wanted(*patterns))
    expected = {
        f"{one.id}/{path[1:]}"
        for one in readable(sandbox)
        for path in one.trees[one.default_branch or ""]
        if any(matches(pattern, path[1:]) for pattern in patterns)
    }
    assert set(records) == expected
    assert expected


async def test_what_a_file_s_record_holds(azure: Reader, sandbox: Sandbox) -> None:
    repository = monorepo(sandbox)
    records = await azure.list(
        "file", spec=wanted("**", repos=[repository.name], included=("README.md", "nope"))
    )
    mine = {told(one)["path"]: one for one in records.values() if one.parent == repository.id}
    package = mine[_ODD]
    assert package.references[0] == type(package.references[0])("repo", "repository", repository.id)
    assert {name: value for name, value in told(package).items() if name != "objectId"} == {
        "path": _ODD, "size": 26, "isFolder": False, "commitId": repository.heads["refs/heads/main"],
        "fileName": "package.json", "extension": "json",
        "content": {"raw": '{"name": "@scope/ui-kit"}\n', "parsed": {"name": "@scope/ui-kit"}},
    }  # fmt: skip
    included = json.loads(b"{" + package.extra + b"}")["__includedFiles"]
    tree = repository.trees["refs/heads/main"]
    assert included == {"README.md": tree["/README.md"].decode(), "nope": ""}
    contents = {path: told(one)["content"] for path, one in mine.items()}
    assert contents["config/empty.yaml"] == {"raw": "", "parsed": ""}
    assert contents["config/many.yaml"]["parsed"] == [{"name": "one"}, {"name": "two"}]
    assert contents["config/broken.json"] == {"raw": '{"name": ', "parsed": '{"name": '}
    assert contents["config/with-mark.json"] == {"raw": '{"mark": true}\n', "parsed": {"mark": True}}
    for path in ("config/latin.txt", "config/utf16.txt", "data/picture.png", "data/large.txt"):
        assert contents[path] == {"raw": None, "parsed": None}, path
    assert told(mine["data/large.txt"])["size"] == len(tree["/data/large.txt"])
    assert all(one.failure == "" for one in mine.values())


async def test_what_files_cost(azure: Reader, sandbox: Sandbox) -> None:
    repositories = readable(sandbox)
    azure.calls.clear()
    await azure.list("file", spec=wanted("README.md", "*.yml"))
    found = calls(azure)
    assert found.count("POST itemsbatch") == len(repositories)
    assert len(found) <= 2 * len(repositories)
    azure.calls.clear()
    await azure.list("file", spec=wanted("services/*/service.yaml", "services/*/api/openapi.json"))
    trees = [one.trees[one.default_branch or ""] for one in repositories]
    deep = sum(any(path.startswith("/services/") for path in tree) for tree in trees)
    assert calls(azure).count("POST itemsbatch") == len(repositories) + deep
    assert calls(azure).count("POST blobs") == deep
    azure.calls.clear()
    await azure.list("file", spec=wanted("README.md", repos=[monorepo(sandbox).name]))
    assert calls(azure).count("POST itemsbatch") == sum(
        one.name == monorepo(sandbox).name for one in repositories
    )


async def test_an_unchanged_file_is_the_same_item_after_other_commits(
    azure: Reader, sandbox: Sandbox
) -> None:
    spec, repository = wanted("config/*"), monorepo(sandbox)
    before = await azure.list("file", spec=spec)
    sandbox.organization.changes.set_file(repository.id, "/elsewhere.txt", "x")
    sandbox.organization.changes.set_file(repository.id, "/config/broken.json", "{}")
    after = await azure.list("file", spec=spec)
    assert all(azure.source.settled("file", one.body) for one in after.values())
    changed = {key for key, one in after.items() if one.source_hash != before[key].source_hash}
    assert changed == {f"{repository.id}/config/broken.json"}


async def test_a_file_that_is_deleted_is_not_there_beside_a_readable_repository(
    azure: Reader, sandbox: Sandbox
) -> None:
    spec, repository = wanted("config/*"), monorepo(sandbox)
    key = f"{repository.id}/config/latin.txt"
    assert key in await azure.list("file", spec=spec)
    sandbox.organization.changes.remove_file(repository.id, "/config/latin.txt")
    assert azure.source.kinds["file"].exact
    assert key not in await azure.list("file", spec=spec)
    found = await azure.read(
        "file", [(key, repository.id), (f"{repository.id}/config/many.yaml", repository.id)], spec
    )
    assert [one.key for one in found.records] == [f"{repository.id}/config/many.yaml"]
    assert dict(found.missing)[key].why == "not there"


async def test_a_repository_that_cannot_be_read_says_nothing_about_its_files(
    azure: Reader, sandbox: Sandbox
) -> None:
    spec, repository = wanted("config/*"), monorepo(sandbox)
    key = f"{repository.id}/config/latin.txt"
    sandbox.organization.changes.disable_repository(repository.id)
    found = await azure.read("file", [(key, repository.id)], spec)
    assert dict(found.missing)[key].why == "failed"
    await azure.list_parents("repository")
    assert not azure.source.readable("repository", azure.parents["repository"][repository.id], azure.parents)
    assert all(one.scope != repository.id for one in azure.source.chains("file", 0, azure.parents))


async def test_a_content_that_cannot_be_read_fails_its_record_only(azure: Reader, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(action=Action.NOT_FOUND, route="blobs.zip"))
    sandbox.faults.add(Fault(action=Action.FORBIDDEN, route="blobs.get", nth=(1,)))
    records = await azure.list("file", spec=wanted("config/*"))
    failed = [one for one in records.values() if one.failure]
    assert len(failed) == 1 < len(records)
    assert "could not be read" in failed[0].failure


async def test_what_no_row_asks_for_any_more_lies_beyond(azure: Reader, sandbox: Sandbox) -> None:
    records = list((await azure.list("file", spec=wanted("config/*", "README.md"))).values())
    repository = monorepo(sandbox)
    narrow = wanted("README.md", repos=[repository.name])
    beyond = azure.source.beyond("file", narrow, records, ())
    kept = {one.key for one in records} - beyond
    assert kept == {f"{one.id}/README.md" for one in readable(sandbox) if one.name == repository.name}


async def test_folders(azure: Reader, sandbox: Sandbox) -> None:
    repository = monorepo(sandbox)
    sandbox.organization.changes.set_file(repository.id, "/only/here/x.txt", "x", branch="topic/a")
    spec = wanted_folders(
        {"path": "services/*"},
        {"path": "/packages/*/ui kit"},
        {
            "path": "only/*",
            "repos": [{"name": repository.name, "branch": "topic/a"}, {"name": "api", "branch": "no"}],
        },
        includedFiles=("README.md",),
    )
    records = await azure.list("folder", spec=spec)
    mine = {key: one for key, one in records.items() if one.parent == repository.id}
    tree = repository.trees["refs/heads/main"]
    services = {path.split("/")[2] for path in tree if path.startswith("/services/")}
    assert set(mine) == {
        *(f"{repository.id}////services/*//services/{one}" for one in services),
        f"{repository.id}////packages/*/ui kit//packages/@scope/ui kit",
        f"{repository.id}//topic/a//only/*//only/here",
    }
    kit = mine[f"{repository.id}////packages/*/ui kit//packages/@scope/ui kit"]
    body = json.loads(kit.body)
    assert (body["path"], body["isFolder"], body["gitObjectType"]) == (
        "/packages/@scope/ui kit",
        True,
        "tree",
    )
    assert (body["__branch"], body["__pattern"]) == ("main", "/packages/*/ui kit")
    assert body["commitId"] == repository.heads["refs/heads/main"]
    assert kit.references[0].name == "__repository"
    assert json.loads(b"{" + kit.extra + b"}")["__includedFiles"]["README.md"] == tree["/README.md"].decode()
    here = json.loads(mine[f"{repository.id}//topic/a//only/*//only/here"].body)
    assert (here["__branch"], here["commitId"]) == ("topic/a", repository.heads["refs/heads/topic/a"])


async def test_folders_of_one_project_and_of_the_root(azure: Reader, sandbox: Sandbox) -> None:
    repository = monorepo(sandbox)
    project = sandbox.organization.projects[repository.project].name
    spec = wanted_folders({"path": "/"}, project_name=(project,))
    records = await azure.list("folder", spec=spec)
    assert {one.parent for one in records.values()} == {
        one.id for one in readable(sandbox) if one.project == repository.project
    }
    assert {json.loads(one.body)["path"] for one in records.values()} == {"/"}
    sandbox.organization.changes.remove_file(repository.id, "/docs/adr/0001-one-repository.md")
    deep = wanted_folders({"path": "docs/adr"}, {"path": "docs"})
    key = f"{repository.id}////docs/adr//docs/adr"
    found = await azure.read("folder", [(key, repository.id)], deep)
    assert dict(found.missing)[key].why == "not there"
    assert azure.source.beyond("folder", spec, list((await azure.list("folder", spec=deep)).values()), ())
