"""Commits, their changes and the statistics of branches as the area `git` answers them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from azure_devops_sandbox.formats import date3
from azure_devops_sandbox.state.commits import Change, Commit, Signature
from azure_devops_sandbox.state.history import history_of
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import Repository
from azure_devops_sandbox.state.versions import Version

from . import link
from .git import repository_url, web_url
from .items import item_url

_COUNTED = ("Add", "Edit", "Delete")


def signature(one: Signature) -> dict[str, Any]:
    """Return an author or committer."""
    return {"name": one.name, "email": one.mail, "date": date3(one.date)}


def commit_reference(organization: Organization, repository: Repository, commit: Commit) -> dict[str, Any]:
    """Return a commit as other answers mention it: with the first line of its message."""
    first, _, rest = commit.message.strip("\n").partition("\n")
    found: dict[str, Any] = {
        "commitId": commit.id,
        "author": signature(commit.author),
        "committer": signature(commit.committer),
        "comment": first,
        "url": f"{repository_url(organization, repository)}/commits/{commit.id}",
    }
    if rest.strip():
        found["commentTruncated"] = True
    return found


def commit_row(organization: Organization, repository: Repository, commit: Commit) -> dict[str, Any]:
    """Return a commit of a list."""
    changes = history_of(organization, repository).changes(commit)
    return {
        **commit_reference(organization, repository, commit),
        "changeCounts": {**dict.fromkeys(_COUNTED, 0), **change_counts(changes)},
        "remoteUrl": f"{web_url(organization, repository)}/commit/{commit.id}",
        "parents": list(commit.parents),
    }


def commit_item(organization: Organization, repository: Repository, commit: Commit) -> dict[str, Any]:
    """Return a single commit."""
    base, web = (
        repository_url(organization, repository),
        f"{web_url(organization, repository)}/commit/{commit.id}",
    )
    url = f"{base}/commits/{commit.id}"
    found = commit_reference(organization, repository, commit)
    found.pop("commentTruncated", None)
    return {
        "treeId": commit.tree_id,
        **found,
        "comment": commit.message,
        "parents": list(commit.parents),
        "remoteUrl": web,
        "_links": {
            "self": link(url),
            "repository": link(base),
            "changes": link(f"{url}/changes"),
            "web": link(web),
            "tree": link(f"{base}/trees/{commit.tree_id}"),
        },
    }


def change_item(
    organization: Organization, repository: Repository, commit: Commit, change: Change
) -> dict[str, Any]:
    """Return one change of a commit."""
    entry, removed = change.entry, change.type.startswith("delete")
    version = Version("Commit", commit.id, commit.id, {})
    found: dict[str, Any] = {
        ("originalObjectId" if removed else "objectId"): entry.object_id,
        "gitObjectType": entry.kind,
        "commitId": commit.id,
        "path": change.path,
        "url": item_url(repository_url(organization, repository), version, change.path),
    }
    if entry.kind == "tree":
        found["isFolder"] = True
    told: dict[str, Any] = {"item": found, "changeType": change.type}
    if change.source is not None:
        told["sourceServerItem"] = change.source
    return told


def change_counts(changes: Sequence[Change]) -> dict[str, int]:
    """Count files by what was done to them; a rename adds a path and takes one away."""
    names = {"a": "Add", "e": "Edit", "r": "Add", "d": "Delete"}
    return dict(Counter(names[one.type[0]] for one in changes if one.entry.kind != "tree"))


def branch_statistics(
    organization: Organization, repository: Repository, branch: Version, base: Version
) -> dict[str, Any]:
    """Return how far a branch is from a base version, with its head."""
    history = history_of(organization, repository)
    ahead, behind = history.apart(base.commit, branch.commit)
    commit = history.commit(branch.commit)
    return {
        "commit": commit_reference(organization, repository, commit) if commit is not None else None,
        "name": branch.name,
        "aheadCount": ahead,
        "behindCount": behind,
        "isBaseVersion": (branch.kind, branch.name) == (base.kind, base.name),
    }
