"""The sandbox's answers have the shape of the answers that Microsoft recorded.

Two rules: where both have a key, the type agrees; what every recorded record has, every record of the sandbox
has. Values that differ from work item to work item, property bags and links are compared by type only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from azure_devops_sandbox import Organization
from contract.sandbox.asking import Client
from contract.sandbox.case import Case
from contract.sandbox.official import area, read_json, unwrapped
from contract.sandbox.requests_per_route import cases


@dataclass(frozen=True, slots=True)
class Example:
    """A recorded answer, the request that it belongs to, and the places that may differ, with the reason."""

    file: str
    area: str
    route: str
    asked: str = ""
    differs: frozenset[str] = frozenset()
    why: str = ""


_GIT = "git"
_OPEN = frozenset(
    {
        "fields",
        "_links",
        "settings",
        "properties",
        "attributes",
        "definitionReference",
        "stateMappings",
        "capabilities",
        "changeCounts",
    }
)
"""Objects whose keys are data."""

_BIN_ID = frozenset({"$.id"})
_OLD_BIN = "of 2015: ids were texts and keys had capitals; the schema of 7.1 says integer and small letters"

EXAMPLES = (
    Example("projects/GET__projects.json", "core", "projects.list"),
    Example("properties/GET__projects__project__properties.json", "core", "projects.properties"),
    Example("teams/GET__projects__projectId__teams.json", "core", "teams.list"),
    Example("teams/GET__projects__projectId__teams__teamId_.json", "core", "teams.get"),
    Example("teams/GET__teams__mine-_mine.json", "core", "teams.all"),
    Example("repositories/GET__git_repositories.json", _GIT, "repositories.list"),
    Example("repositories/GET__git_repositories__repositoryId_.json", _GIT, "repositories.get"),
    Example("refs/GET__git_repositories__repositoryId__refs.json", _GIT, "refs.list"),
    Example("refs/GET__git_repositories__repositoryId__refs_heads.json", _GIT, "refs.list"),
    Example("refs/GET__git_repositories__repositoryId__refs_heads_statuses.json", _GIT, "refs.list"),
    Example("ItemsBatch/POST__git_repositories__repositoryId__itemsBatch.json", _GIT, "items.batch"),
    Example(
        "items/GET__git_repositories__repositoryId__items_scopePath-_filePath_.json",
        _GIT,
        "items.get",
        "scopePath",
    ),
    Example(
        "items/GET__git_repositories__repositoryId__items_scopePath-_folderPath__recursionLevel-OneLevel.json",
        _GIT,
        "items.get",
        "scopePath",
    ),
    Example(
        "items/GET__git_repositories__repositoryId__items_scopePath-_folderPath__recursionLevel-Full_"
        "includeContentMetadata-true.json",
        _GIT,
        "items.get",
        "scopePath",
    ),
    *(
        Example(
            f"pullRequests/GET__git_{file}.json",
            _GIT,
            route,
            asked,
            frozenset({"$.description", "$.lastMergeCommit"}),
            "a pull request need not have a description, and has no merge commit while there are conflicts",
        )
        for file, route, asked in (
            ("pullRequests", "pull-requests.list", "includeLinks"),
            ("repositories__repositoryId__pullRequests", "pull-requests.list", "repositories"),
            (
                "repositories__repositoryId__pullRequests_status-completed",
                "pull-requests.list",
                "status=completed",
            ),
            ("repositories__repositoryId__pullRequests__pullRequestId_", "pull-requests.get", "repositories"),
        )
    ),
    Example(
        "items/GET__git_repositories__repositoryId__items_scopePath-_filePath__download-true.json",
        _GIT,
        "items.get",
        "scopePath",
    ),
    Example("blobs/GET__git_repositories__repositoryId__blobs__objectId_.json", _GIT, "blobs.get"),
    Example("commits/GET__git_repositories__repositoryId__commits.json", _GIT, "commits.list"),
    Example("commits/GET__git_repositories__repositoryId__commits_branch.json", _GIT, "commits.list"),
    Example(
        "commits/GET__git_repositories__repositoryId__commits__commitId__changeCount-10.json",
        _GIT,
        "commits.get",
        "",
        frozenset({"$.push"}),
        "pushes are not served",
    ),
    Example(
        "changes/GET__git_repositories__repositoryId__commits__commitId__changes_top-_top__skip-_skip_.json",
        _GIT,
        "commits.changes",
    ),
    Example(
        "branchStats/GET__git_repositories__repositoryId__stats_branches.json", _GIT, "branch-stats.list"
    ),
    Example(
        "branchStats/GET__git_repositories__repositoryId__stats_branches__name_.json",
        _GIT,
        "branch-stats.list",
        "name=",
    ),
    Example("configurations/GET__policy_configurations.json", "policy", "policies.list"),
    Example("configurations/GET__policy_configurations__configurationId_.json", "policy", "policies.get"),
    Example("wiql/GET__wit_get_id_workitems.json", "wit", "wiql.query"),
    Example("workItems/GET__wit_WorkItems_ids-_ids_.json", "wit", "work-items.list", "none"),
    Example(
        "workItems/GET__wit_WorkItems_ids-_ids___expand-all.json",
        "wit",
        "work-items.list",
        "=all",
        frozenset({"$.relations"}),
        "all recorded work items happen to have links",
    ),
    Example("workItems/GET__wit_WorkItems_id.json", "wit", "work-items.get"),
    Example(
        "workItemsBatch/POST__wit_WorkItemsBatch_ids-_ids__fields-_columns_.json", "wit", "work-items.batch"
    ),
    Example("workItemRevisions/GET__wit_reporting_workItemRevisions.json", "wit", "work-item-revisions.read"),
    Example("recycleBin/GET__wit_recyclebin.json", "wit", "recycle-bin.list", "", _BIN_ID, _OLD_BIN),
    Example(
        "recycleBin/GET__wit_recyclebin__ids_.json", "wit", "recycle-bin.list", "ids=", _BIN_ID, _OLD_BIN
    ),
    Example(
        "recycleBin/GET__wit_recyclebin__id_.json",
        "wit",
        "recycle-bin.get",
        "",
        _BIN_ID | {"$.Name", "$.Project", "$.DeletedDate", "$.DeletedBy"},
        _OLD_BIN,
    ),
    Example("fields/GET__wit_fields.json", "wit", "fields.list"),
    Example("columns/GET__work_boards__boardId__columns.json", "work", "boards.get"),
    Example("rows/GET__work_boards__boardId__rows.json", "work", "boards.get"),
    Example(
        "definitions/GET_ListAllReleaseDefinitionsWithArtifactsExpanded.json",
        "release",
        "release-definitions.list",
    ),
    Example("definitions/GET__ListAllReleaseDefinitions.json", "release", "release-definitions.list"),
    Example(
        "definitions/GET__ListAllReleaseDefinitionsWithEnvironmentsExpanded.json",
        "release",
        "release-definitions.list",
        "",
        frozenset({"$.retentionPolicy"}),
        "left the definition for its environments; not in the schema of 7.1",
    ),
    Example("definitions/GET__GetReleaseDefinition.json", "release", "release-definitions.get"),
    Example("releases/Query_ListAllReleases.json", "release", "releases.list"),
    Example("releases/GET__ListAllReleasesForAReleaseDefinition.json", "release", "releases.list"),
    Example(
        "releases/GET__GetARelease.json",
        "release",
        "releases.get",
        "",
        frozenset({"$.environments.demands", "$.environments.workflowTasks"}),
        "of 2017: tasks are in the phases since; not in the schema of 7.1",
    ),
    Example(
        "members/GET__projects__projectId__teams__teamId__members4.1_.json",
        "core",
        "team-members.list",
        "",
        frozenset({"$.isTeamAdmin"}),
        "of version 2.2; Port's integration sees the key on administrators only",
    ),
    *(
        Example(f"classificationNodes/GET__wit_classificationNodes_{file}.json", "wit", route, asked)
        for file, route, asked in (
            ("areas", "classification-nodes.get", "/Areas"),
            ("areas__areaPath_", "classification-nodes.get", "/Areas/"),
            ("areas__depth-2", "classification-nodes.get", "/Areas?$depth=2"),
            ("iterations", "classification-nodes.get", "/Iterations"),
            ("iterations__depth-2", "classification-nodes.get", "/Iterations?$depth=2"),
            ("iterations__iterationPath_", "classification-nodes.get", "/Iterations/"),
            ("From_Ids_ErrorPolicy", "classification-nodes.list", "errorPolicy=omit"),
        )
    ),
    Example("teamFieldValues/GET__work_teamsettings_teamfieldvalues.json", "work", "team-field-values.get"),
    Example("iterations/GET__work_teamsettings_iterations__iterationId_.json", "work", "team-iterations.get"),
    Example(
        "Users/GetAllUsers.json",
        "graph",
        "graph-users.list",
        "",
        frozenset({"$.metaType"}),
        "only accounts of a directory (and in the recorded one of the service itself) have it",
    ),
    Example("Users/GetUserAAD.json", "graph", "graph-users.get"),
    Example("Groups/GetAllGroups.json", "graph", "graph-groups.list"),
    Example("MembershipsBatch/BatchGetMembershipsGroupDown.json", "graph", "graph-memberships.list", "=Down"),
    Example("MembershipsBatch/BatchGetMembershipsUserUp.json", "graph", "graph-memberships.list", "=Up"),
    Example("Descriptors/GetDescriptorById.json", "graph", "graph-descriptors.get"),
    Example("Identities/SearchBySubjectDescriptors.json", "ims", "identities.list"),
    Example("Identities/SearchByIds.json", "ims", "identities.list"),
    Example(
        "UserEntitlements/GET__memberEntitlementManagement_UserEntitlementById.json",
        "memberEntitlementManagement",
        "user-entitlements.get",
    ),
    Example("deployments/GET__ListDeployments.json", "release", "deployments.list"),
    Example("deployments/GET__ListDeploymentsForAGivenDefinitionId.json", "release", "deployments.list"),
)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def _gather(records: Iterable[Any], place: str, found: dict[str, set[str]], always: dict[str, bool]) -> None:
    """Note the types of each place, and whether every object there has the key."""
    objects = [one for one in records if isinstance(one, dict)]
    for key in sorted({key for one in objects for key in one}):
        below = f"{place}.{key}"
        values = [one[key] for one in objects if key in one]
        always[below] = always.get(below, True) and len(values) == len(objects)
        found.setdefault(below, set()).update(_kind(one) for one in values if one is not None)
        if key not in _OPEN:
            lists = [one for value in values if isinstance(value, list) for one in value]
            _gather([one for one in values if isinstance(one, dict)] + lists, below, found, always)


def _records(body: Any) -> list[Any]:
    value = unwrapped(body)
    if not isinstance(value, list):
        return [value]
    return [one for row in value for one in (row if isinstance(row, list) else [row]) if one is not None]


def differences(example: Any, own: Any, differs: frozenset[str]) -> Iterator[str]:
    """Yield where the sandbox's answer has another shape than the recorded one."""
    recorded: dict[str, set[str]] = {}
    recorded_always: dict[str, bool] = {}
    sent: dict[str, set[str]] = {}
    sent_always: dict[str, bool] = {}
    _gather(_records(example), "$", recorded, recorded_always)
    _gather(_records(own), "$", sent, sent_always)
    parents = {"$", *(place.rsplit(".", 1)[0] for place in sent)}
    for place, types in recorded.items():
        if place in differs:
            continue
        if recorded_always[place] and place.rsplit(".", 1)[0] in parents and not sent_always.get(place):
            yield f"{place}: recorded always, {'sometimes' if place in sent else 'never'} sent"
        if place in sent and types and sent[place] and not types & sent[place]:
            yield f"{place}: recorded {sorted(types)}, sent {sorted(sent[place])}"


def _case(example: Example, organization: Organization) -> Case:
    wanted = [one for one in cases(organization) if one.route == example.route and example.asked in one.path]
    assert wanted, f"no case for {example.file}"
    return wanted[-1] if example.route == "work-items.batch" else wanted[0]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.file)
async def test_answers_have_the_recorded_shape(
    example: Example, client: Client, organization: Organization
) -> None:
    recorded = read_json(area(example.area).folder / "httpExamples" / example.file)["responses"]["200"][
        "body"
    ]
    case = _case(example, organization)
    own = (await client.ask(case.method, case.path, case.body)).json
    if example.route == "boards.get":
        own = own["columns" if "columns" in example.file else "rows"]
    found = list(differences(recorded, own, example.differs))
    assert not found, "\n".join(found)
