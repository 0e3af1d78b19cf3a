"""What is kept although Azure DevOps has it no more, because nothing proves that it is gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from azure_devops_sandbox import Organization

Key = tuple[str, str]

TRIMMED = frozenset({"azureDevopsAreaPath", "azureDevopsGroup", "azureDevopsGroupMember"})


def is_kept_without_proof(
    organization: Organization, key: Key, line: Mapping[str, Any], truth: Collection[Key]
) -> bool:
    """Whether an entity may stay until policy gives it up (three listings and seven days without it).

    A work item that was destroyed leaves no tombstone. What was moved into another project, and was deleted there or
    with it, cannot be looked for there, because nobody knows that it was moved. Groups and areas have no tombstones,
    and are left out of lists by permission; a member that left the organization cannot be looked up any more.
    """
    blueprint, identifier = key
    if blueprint in TRIMMED:
        return key not in truth
    if blueprint == "azureDevopsWorkItem":
        number = int(identifier.rpartition("/")[2])
        item = organization.work_items.get(number)
        if item is None:
            return number in organization.destroyed_work_items
        now, deleted = item.project, False  # one recycle bin holds the work items of all projects
    elif blueprint == "azureDevopsRepository" and identifier in organization.repositories:
        repository = organization.repositories[identifier]
        now, deleted = repository.project, repository.deleted is not None
    else:
        return False
    moved = now != line["relations"].get("project")
    return moved and (deleted or organization.projects[now].state != "wellFormed")
