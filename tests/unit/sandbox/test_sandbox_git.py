"""A real git repository, served."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from azure_devops_sandbox import Organization, state_of
from azure_devops_sandbox.changes.living import live_a_little
from azure_devops_sandbox.state.git_clone import GitClone, NoGit
from azure_devops_sandbox.state.records import Repository
from contract.sandbox.asking import Client
from unit.sandbox.real_git import commit, git, repository


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A real repository."""
    return repository(tmp_path / "my tool")


def _attached(organization: Organization, folder: Path) -> Repository:
    return organization.changes.attach_repository(organization.live_projects()[0].id, folder)


async def test_everything_is_as_git_says(client: Client, organization: Organization, folder: Path) -> None:
    found = _attached(organization, folder)
    base = f"/_apis/git/repositories/{found.id}"
    head = git(folder, "rev-parse", "HEAD")
    told = (await client.get(base)).json
    assert (told["name"], told["defaultBranch"]) == ("my tool", "refs/heads/main")
    assert told["size"] > 0
    refs = (await client.get(f"{base}/refs?filter=heads/")).rows
    assert {one["name"]: one["objectId"] for one in refs} == {
        "refs/heads/main": head,
        "refs/heads/topic/one": head,
    }
    items = (
        await client.get(f"{base}/items?scopePath=/&recursionLevel=full&includeContentMetadata=true")
    ).rows
    listed = git(folder, "-c", "core.quotePath=false", "ls-tree", "-r", "-t", "HEAD").splitlines()
    assert {(one["gitObjectType"], one["objectId"], one["path"]) for one in items[1:]} == {
        (line.split()[1], line.split()[2], "/" + line.partition("\t")[2]) for line in listed
    }
    assert items[0]["objectId"] == git(folder, "rev-parse", "HEAD^{tree}")
    assert {one["commitId"] for one in items} == {head}
    by_path = {one["path"]: one for one in items}
    assert by_path["/link.md"]["isSymLink"]
    assert by_path["/logo.png"]["contentMetadata"]["isBinary"]
    assert by_path["/docs/über.md"]["contentMetadata"]["encoding"] == 1252
    readme = await client.get(f"{base}/items?path=/README.md&$format=octetStream")
    assert readme.body == (folder / "README.md").read_bytes()
    odd = await client.get(f"{base}/items?path={quote('/docs/a b [1].md')}")
    assert odd.body == b"odd\n"


async def test_older_versions(client: Client, organization: Organization, folder: Path) -> None:
    items = f"/_apis/git/repositories/{_attached(organization, folder).id}/items?path=/src/main.py"
    first = git(folder, "rev-parse", "v1")
    for version in (
        f"versionDescriptor.version={first.upper()}&versionDescriptor.versionType=Commit",
        "versionType=tag&version=v1",
    ):
        assert (await client.get(f"{items}&{version}")).body == b"print(1)\n"
    for missing in (f"versionType=commit&version={'0' * 40}", "versionType=tag&version=v2", "version=HEAD"):
        assert (await client.get(f"{items}&{missing}")).type_key == "GitUnresolvableToCommitException"


def test_what_happens_in_the_folder_is_seen_when_it_is_read_again(
    organization: Organization, folder: Path
) -> None:
    found, version = _attached(organization, folder), organization.version
    assert not organization.changes.read_clone(found)
    assert organization.version == version
    head = commit(folder, {"new.txt": b"new"}, "New", day=3)
    git(folder, "branch", "--delete", "--force", "topic/one")
    assert organization.changes.read_clone(found)
    assert found.heads == {"refs/heads/main": head}
    assert found.trees["refs/heads/main"]["/new.txt"] == b"new"
    assert "/new.txt" in list(found.trees["refs/heads/main"])


@pytest.mark.parametrize(
    "form", ["shallow", "bare", "worktree", "detached", "detached beside main", "unborn"]
)
def test_forms_of_repositories(tmp_path: Path, folder: Path, form: str) -> None:
    other, branch, head = tmp_path / "other.git", "refs/heads/main", git(folder, "rev-parse", "HEAD")
    if form == "shallow":
        git(tmp_path, "clone", "--quiet", "--depth=1", folder.as_uri(), str(other))
    elif form == "bare":
        git(tmp_path, "clone", "--quiet", "--bare", str(folder), str(other))
    elif form == "worktree":
        git(folder, "worktree", "add", "--quiet", str(other), "topic/one")
        branch = "refs/heads/topic/one"
    elif form == "unborn":
        other.mkdir()
        git(other, "init", "--quiet")
        assert GitClone(other).heads() == (None, {})
        return
    else:
        git(tmp_path, "clone", "--quiet", str(folder), str(other))
        git(other, "checkout", "--quiet", "--detach", "HEAD~1")
        branch, head = "refs/heads/detached", git(folder, "rev-parse", "v1")
        if form == "detached":
            git(other, "branch", "--quiet", "--delete", "--force", "main")
            branch = "refs/heads/main"
    default, heads = GitClone(other).heads()
    assert (default, heads[branch]) == (branch, head)
    assert GitClone(other).files(head)["/README.md"] == "# Größe\n".encode()


def test_a_detached_head_is_at_home_on_a_branch_of_the_same_commit(folder: Path) -> None:
    git(folder, "checkout", "--quiet", "--detach")
    default, heads = GitClone(folder).heads()
    assert default in heads
    assert set(heads) == {"refs/heads/main", "refs/heads/topic/one"}


def test_the_working_copy_is_never_changed(organization: Organization, folder: Path) -> None:
    (folder / "README.md").write_text("not committed")
    before = _contents(folder)
    found = _attached(organization, folder)
    assert found.trees["refs/heads/main"]["/README.md"] == "# Größe\n".encode()
    changes = organization.changes
    refused: list[Callable[[], object]] = [
        lambda: changes.set_file(found.id, "/x", "x"),
        lambda: changes.remove_file(found.id, "/README.md"),
        lambda: changes.create_branch(found.id, "x"),
        lambda: changes.delete_branch(found.id, "topic/one"),
        lambda: changes.set_default_branch(found.id, "topic/one"),
    ]
    for change in refused:
        with pytest.raises(NoGit, match="never changes"):
            change()
    assert _contents(folder) == before
    assert state_of(organization)["repositories"][-1]["files"] == {}


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in folder.rglob("*") if one.is_file() and not one.is_symlink()}


def test_what_cannot_be_served_is_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").mkdir()
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", folder.as_uri(), "partial")
    for path, why in (
        (tmp_path / "nowhere", "is not a folder"),
        (tmp_path / "plain", "not a git repository"),
        (folder / "src", "not the top folder"),
        (tmp_path / "partial", "partial clone"),
    ):
        with pytest.raises(NoGit, match=why):
            GitClone(path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoGit, match="git is not installed"):
        GitClone(folder)


def test_a_slow_git_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = GitClone(folder)
    monkeypatch.setattr("azure_devops_sandbox.state.git_clone._SECONDS", 0.000_001)
    with pytest.raises(NoGit, match="took longer"):
        clone.heads()


def test_contents_are_kept_up_to_a_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azure_devops_sandbox.state.git_clone._KEPT_BYTES", 20)
    clone = GitClone(folder)
    ids = {
        path: git(folder, "rev-parse", f"HEAD:{path}") for path in ("README.md", "src/main.py", "logo.png")
    }
    found = clone.contents(list(ids.values()))
    assert [found[ids[path]] for path in ids] == [(folder / path).read_bytes() for path in ids]
    assert sum(map(len, clone._contents.values())) <= 20
    assert clone.contents(list(ids.values())) == found


def test_a_repository_that_goes_away_is_told(organization: Organization, folder: Path) -> None:
    found = _attached(organization, folder)
    commit(folder, {"new.txt": b"new"}, "New", day=3)
    assert f"new commits in {found.name}" in live_a_little(organization, random.Random(1))
    folder.rename(folder.with_name("moved"))
    assert any("cannot be read" in one for one in live_a_little(organization, random.Random(1)))


def test_git_that_is_not_there_fails_before_anything_is_created(
    organization: Organization, tmp_path: Path
) -> None:
    before = len(organization.repositories)
    with pytest.raises(NoGit):
        _attached(organization, tmp_path)
    assert len(organization.repositories) == before


def test_git_is_asked_without_a_network(folder: Path) -> None:
    clone = GitClone(folder)
    with pytest.raises(NoGit, match="not allowed"):
        clone.run("fetch", folder.as_uri())
