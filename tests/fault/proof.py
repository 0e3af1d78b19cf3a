"""What is kept although Azure DevOps has it no more, because nothing proves that it is gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from azure_devops_sandbox import Organization

Key = tuple[str, str]

TRIMMED = frozenset(
    {"azureDevopsAreaPath", "azureDevopsEnvironment", "azureDevopsGroup", "azureDevopsGroupMember"}
)
BELOW_REPOSITORIES = frozenset(
    {"azureDevopsPullRequest", "azureDevopsBranch", "azureDevopsFile", "azureDevopsFolder"}
)
DAILY = BELOW_REPOSITORIES | {
    "azureDevopsPipeline",
    "azureDevopsBuild",
    "azureDevopsPipelineStage",
    "azureDevopsPipelineRun",
}


def is_kept_without_proof(
    organization: Organization, key: Key, line: Mapping[str, Any], truth: Collection[Key]
) -> bool:
    """Whether an entity may stay until policy gives it up (three listings and seven days without it).

    A work item that was destroyed leaves no tombstone. What was moved into another project, and was deleted there or
    with it, cannot be looked for there, because nobody knows that it was moved. Groups, areas and environments have no
    tombstones, and are left out of lists by permission; a member that left the organization cannot be looked up any
    more. A disabled repository cannot be asked for what is in it. A build that was purged has no tombstone, and a
    pipeline without any build to be seen has none either; the runs of such a pipeline cannot be asked for.
    """
    blueprint, identifier = key
    if blueprint in TRIMMED:
        return key not in truth
    if blueprint in DAILY:
        return _of_code(organization, key, there=key in truth)
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


def _of_code(organization: Organization, key: Key, *, there: bool) -> bool:
    blueprint, identifier = key
    parts = identifier.split("/")
    if blueprint in BELOW_REPOSITORIES:
        repository = organization.repositories.get(parts[0])
        return repository is not None and repository.disabled
    if blueprint == "azureDevopsPipeline":
        return not there and all(one.definition != int(parts[1]) for one in organization.builds.values())
    number = int(parts[2 if blueprint == "azureDevopsPipelineRun" else 1])
    return not there and number not in organization.builds
