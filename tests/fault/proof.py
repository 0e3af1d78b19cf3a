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
OF_PIPELINES = frozenset(
    {"azureDevopsPipeline", "azureDevopsBuild", "azureDevopsPipelineStage", "azureDevopsPipelineRun"}
)


def is_kept_without_proof(
    organization: Organization, key: Key, lines: Mapping[Key, Mapping[str, Any]], truth: Collection[Key]
) -> bool:
    """Whether one of the entities may stay until policy gives it up (three listings and seven days without it).

    A work item that was destroyed leaves no tombstone. What was moved into another project, and was deleted there or
    with it, cannot be looked for there, because nobody knows that it was moved. Groups, areas and environments have no
    tombstones, and are left out of lists by permission; a member that left the organization cannot be looked up any
    more. A disabled repository cannot be asked for what is in it, nor one that is itself kept without proof. A build
    that was purged has no tombstone, and a pipeline without any build to be seen has none either; the runs of such a
    pipeline cannot be asked for.
    """
    blueprint, identifier = key
    if blueprint in TRIMMED:
        return key not in truth
    if blueprint in BELOW_REPOSITORIES:
        above = ("azureDevopsRepository", identifier.partition("/")[0])
        repository = organization.repositories.get(above[1])
        disabled = repository is not None and repository.disabled
        return disabled or (above in lines and is_kept_without_proof(organization, above, lines, truth))
    if blueprint in OF_PIPELINES:
        return key not in truth and _is_untold(organization, key)
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
    moved = now != lines[key]["relations"].get("project")
    return moved and (deleted or organization.projects[now].state != "wellFormed")


def _is_untold(organization: Organization, key: Key) -> bool:
    """Whether no list of builds, deleted ones too, tells of a pipeline, or of a build or its run."""
    blueprint, identifier = key
    parts = identifier.split("/")
    if blueprint == "azureDevopsPipeline":
        return all(one.definition != int(parts[1]) for one in organization.builds.values())
    return int(parts[2 if blueprint == "azureDevopsPipelineRun" else 1]) not in organization.builds
