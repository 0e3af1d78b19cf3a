"""Items in all their forms, commits, and how far branches are apart; remembered and from a real git."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from azure_devops_sandbox import Organization, Permissions
from azure_devops_sandbox.formats import blob_id
from azure_devops_sandbox.state.commits import changes_between
from azure_devops_sandbox.state.records import Repository
from contract.sandbox.asking import Client
from unit.sandbox.real_git import commit, git
from unit.sandbox.real_git import repository as real_repository


@pytest.fixture
def repository(organization: Organization) -> Repository:
    """A repository with folders in folders."""
    files = {
        "/README.md": "# Hello\n", "/src/only/one/way/main.py": "print()\n", "/docs/a.md": "a", "/docs/deep/b.md": "b",
        "/@scope/pkg [x]/{y}.json": "{}", "/empty.txt": "",
    }  # fmt: skip
    return organization.changes.create_repository(organization.live_projects()[0].id, "tree", files)


def _base(repository: Repository) -> str:
    return f"/_apis/git/repositories/{repository.id}"


async def test_levels_of_recursion(client: Client, repository: Repository) -> None:
    async def paths(query: str) -> list[str]:
        return [one["path"] for one in (await client.get(f"{_base(repository)}/items?{query}")).rows]

    top = ["/", "/@scope", "/README.md", "/docs", "/empty.txt", "/src"]
    assert await paths("recursionLevel=OneLevel") == top
    nested = await paths("scopePath=/&recursionLevel=oneLevelPlusNestedEmptyFolders")
    assert nested == sorted([*top, "/@scope/pkg [x]", "/src/only", "/src/only/one", "/src/only/one/way"])
    assert len(await paths("recursionLevel=full")) == 15
    odd = await client.get(f"{_base(repository)}/items?scopePath=/&recursionLevel=deep")
    assert (odd.status, odd.type_key) == (400, "VssPropertyValidationException")


async def test_a_batch_fails_whole_if_one_path_is_missing(client: Client, repository: Repository) -> None:
    async def batch(*paths: str, **more: Any) -> Any:
        body = {"itemDescriptors": [{"path": one, **more} for one in paths]}
        return await client.ask("POST", f"{_base(repository)}/itemsbatch", body)

    found = await batch("/@scope/pkg [x]/{y}.json", "/empty.txt", "/docs")
    assert [[one["path"] for one in group] for group in found.rows] == [
        ["/@scope/pkg [x]/{y}.json"], ["/empty.txt"], ["/docs"],
    ]  # fmt: skip
    missing = await batch("/README.md", "/nope.md")
    assert (missing.status, missing.type_key) == (400, "GitItemNotFoundException")
    nowhere = await batch("/README.md", version="nope", versionType="branch")
    assert (nowhere.status, nowhere.type_key) == (404, "GitUnresolvableToCommitException")


async def test_many_files_in_one_zip(client: Client, repository: Repository) -> None:
    ids = {blob_id(b"# Hello\n"): b"# Hello\n", blob_id(b""): b""}
    reply = await client.ask("POST", f"{_base(repository)}/blobs", list(ids))
    assert reply.headers["Content-Type"] == "application/zip"
    assert _unpacked(reply.body) == ids
    missing = await client.ask("POST", f"{_base(repository)}/blobs", [*ids, "0" * 40])
    assert (missing.status, missing.type_key) == (404, "GitObjectDoesNotExistException")
    assert (await client.ask("POST", f"{_base(repository)}/blobs", {"ids": []})).status == 400
    folder = await client.get(f"{_base(repository)}/items?scopePath=/docs&$format=zip")
    assert _unpacked(folder.body) == {"docs/a.md": b"a", "docs/deep/b.md": b"b"}


def _unpacked(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_history_of_a_remembered_repository(
    client: Client, organization: Organization, repository: Repository
) -> None:
    changes, base = organization.changes, _base(repository)
    first = repository.heads["refs/heads/main"]
    organization.clock.advance(60)
    changes.create_branch(repository.id, "topic")
    changes.set_file(repository.id, "/docs/a.md", "changed", branch="topic")
    changes.remove_file(repository.id, "/src/only/one/way/main.py", branch="topic")
    topic = repository.heads["refs/heads/topic"]
    changes.set_file(repository.id, "/new/x.md", "x")
    listed = (await client.get(f"{base}/commits?searchCriteria.itemVersion.version=topic")).rows
    assert listed[0]["commitId"] == topic
    assert len(listed) == 8
    assert [one["comment"] for one in listed[:2]] == ["Remove /src/only/one/way/main.py", "Change /docs/a.md"]
    assert listed[0]["changeCounts"] == {"Add": 0, "Edit": 0, "Delete": 1}
    told = (await client.get(f"{base}/commits/{topic}/changes")).json
    assert [(one["changeType"], one["item"]["path"]) for one in told["changes"]] == [
        ("delete", "/src"), ("delete", "/src/only"), ("delete", "/src/only/one"), ("delete", "/src/only/one/way"),
        ("delete", "/src/only/one/way/main.py"),
    ]  # fmt: skip
    second = (await client.get(f"{base}/commits?searchCriteria.itemVersion.version=topic&searchCriteria.$skip=1"
                               "&searchCriteria.$top=1")).rows  # fmt: skip
    assert [one["commitId"] for one in second] == [listed[1]["commitId"]]
    touched = (await client.get(f"{base}/commits?searchCriteria.itemVersion.version=topic"
                                "&searchCriteria.itemPath=/docs/a.md")).rows  # fmt: skip
    assert [one["comment"] for one in touched] == ["Change /docs/a.md", "Add /docs/a.md"]
    stats = {one["name"]: (one["aheadCount"], one["behindCount"], one["isBaseVersion"])
             for one in (await client.get(f"{base}/stats/branches")).rows}  # fmt: skip
    assert stats == {"main": (0, 0, True), "topic": (2, 1, False)}
    one = (await client.get(f"{base}/stats/branches?name=topic")).json
    assert (one["aheadCount"], one["commit"]["commitId"]) == (2, topic)
    assert (await client.get(f"{base}/stats/branches?name=nope")).status == 404
    before = await client.get(f"{base}/items?path=/docs/a.md&versionType=commit&version={first}")
    assert before.body == b"a"
    parent = f"{base}/items?path=/docs/a.md&versionDescriptor.version=topic&versionDescriptor.versionOptions="
    assert (await client.get(parent + "firstParent")).body == b"changed"
    assert (await client.get(parent + "previousChange")).body == b"a"
    assert (await client.get(parent + "sideways")).status == 400
    [item] = (await client.get(f"{base}/items?scopePath=/README.md&latestProcessedChange=true")).rows
    assert item["latestProcessedChange"]["comment"] == "Add /README.md"
    assert (await client.get(f"{base}/commits/{'0' * 40}")).type_key == "GitObjectDoesNotExistException"
    assert (await client.get(f"{base}/commits?searchCriteria.compareVersion.version=main")).status == 400


async def test_a_file_that_moves_is_renamed(
    client: Client, organization: Organization, repository: Repository
) -> None:
    head = organization.changes.set_file(repository.id, "/docs/a.md", "a")
    tree = dict(head.trees["refs/heads/main"])
    tree["/moved.md"] = tree.pop("/docs/a.md")
    found = list(changes_between(head.trees["refs/heads/main"], tree))
    assert [(one.path, one.type, one.source) for one in found] == [
        ("/docs/a.md", "delete, sourceRename", None), ("/moved.md", "rename", "/docs/a.md"),
    ]  # fmt: skip


async def test_history_of_a_real_repository(
    client: Client, organization: Organization, tmp_path: Path
) -> None:
    folder = real_repository(tmp_path / "tool")
    content = b"line\n" * 50
    commit(folder, {"moved.py": content, "old/x.txt": b"x"}, "Add", day=3)
    (folder / "other").mkdir()
    git(folder, "mv", "moved.py", "other/moved.py")
    commit(folder, {"old/x.txt": None, "other/moved.py": content + b"more\n"}, "Move and change", day=4)
    found = organization.changes.attach_repository(organization.live_projects()[0].id, folder)
    base, head = _base(found), git(folder, "rev-parse", "HEAD")
    listed = (await client.get(f"{base}/commits")).rows
    assert [one["commitId"] for one in listed] == git(folder, "log", "--format=%H").splitlines()
    single = (await client.get(f"{base}/commits/{listed[-1]['commitId']}")).json
    assert single["comment"] == "First commit\n\nWith a body.\n"
    assert (listed[-1]["comment"], listed[-1]["commentTruncated"]) == ("First commit", True)
    assert single["author"] == {
        "name": "Zoë Müller",
        "email": "zoe@example.com",
        "date": "2026-01-01T10:00:00Z",
    }
    assert single["committer"]["name"] == "Build"
    assert listed[-1]["changeCounts"] == {"Add": 7, "Edit": 0, "Delete": 0}
    told = (await client.get(f"{base}/commits/{head}/changes")).json["changes"]
    assert [(one["changeType"], one["item"]["path"], one.get("sourceServerItem")) for one in told] == [
        ("delete, sourceRename", "/moved.py", None), ("delete", "/old", None), ("delete", "/old/x.txt", None),
        ("add", "/other", None), ("edit, rename", "/other/moved.py", "/moved.py"),
    ]  # fmt: skip
    touched = (await client.get(f"{base}/commits?searchCriteria.itemPath=/src/main.py")).rows
    assert [one["comment"] for one in touched] == ["Print two", "First commit"]
    stats = (await client.get(f"{base}/stats/branches?name=topic/one")).json
    assert (stats["aheadCount"], stats["behindCount"]) == (0, 2)
    by_person = (
        await client.get(f"{base}/commits?searchCriteria.author=zoe&searchCriteria.fromDate=2026-01-03")
    ).rows
    assert len(by_person) == 2
    reply = await client.ask("POST", f"{base}/blobs", [git(folder, "rev-parse", "HEAD:README.md")])
    assert list(_unpacked(reply.body).values()) == ["# Größe\n".encode()]
    assert (await client.ask("POST", f"{base}/blobs", [head])).status == 404


async def test_files_and_commits_hide_as_their_repository_does(
    client: Client, organization: Organization, repository: Repository
) -> None:
    head = repository.heads["refs/heads/main"]
    paths = (
        "/items?path=/README.md",
        "/commits",
        f"/commits/{head}",
        f"/commits/{head}/changes",
        "/stats/branches",
    )
    hidden = Permissions(hidden_repositories=frozenset({repository.id}))
    organization.changes.set_permissions(client.sandbox.pat, hidden)
    for path in paths:
        assert (await client.get(_base(repository) + path)).type_key == "GitRepositoryNotFoundException"
    organization.changes.set_permissions(client.sandbox.pat)
    empty = organization.changes.create_repository(repository.project, "nothing")
    assert (await client.get(f"{_base(empty)}/commits")).rows == []
    assert (await client.get(f"{_base(empty)}/stats/branches")).status == 404
