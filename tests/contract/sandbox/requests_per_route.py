"""One request or more for every route, with the operation of the official files that it belongs to."""

from __future__ import annotations

from urllib.parse import quote

from azure_devops_sandbox import Organization
from azure_devops_sandbox.state.records import Project
from contract.sandbox.case import Case
from contract.sandbox.case import O as _O
from contract.sandbox.case import P as _P
from contract.sandbox.case import T as _T
from contract.sandbox.files_requests import files_cases
from contract.sandbox.people_requests import people_cases
from contract.sandbox.pipeline_requests import pipeline_cases
from contract.sandbox.pull_request_requests import pull_request_cases

_REPOSITORY = f"{_P}/git/repositories/{{repositoryId}}"
# Where the service is known to send what its own files do not describe:
_IDENTITY = frozenset({"$[].identity.descriptor"})
"""A descriptor is sent as one text, not as the object of its class."""
_OPTIONS = frozenset(
    f"environments[].environmentOptions.{key}"
    for key in (
        "emailNotificationType",
        "emailRecipients",
        "enableAccessToken",
        "skipArtifactsDownload",
        "timeoutInMinutes",
    )
)
_RELEASE_ROW = frozenset({"$[].url", "$[].artifacts[].sourceId"} | {f"$[].{one}" for one in _OPTIONS})
"""Keys in every recorded release."""
_DEPLOYMENT_ROW = frozenset({"$[].release.url", "$[].release.webAccessUri", "$[]._links"})
"""Keys in every recorded deployment."""
_DEFINITION_ROW = frozenset({"$[].lastRelease.webAccessUri"})
"""A key in every recorded release definition."""
_DEFINITION = frozenset(
    {"$.environments[].deployPhases[].deploymentInput"} | {f"$.{one}" for one in _OPTIONS}
)
"""Keys in the recorded single release definition."""


def busy_project(organization: Organization) -> Project:
    """Return a project that has releases (and everything else)."""
    return next(
        one for one in organization.live_projects() if organization.of_project(organization.releases, one.id)
    )


def cases(organization: Organization) -> list[Case]:
    """Return at least one request for every route that the official files describe."""
    project = busy_project(organization)
    return [
        *_core(project),
        *_git(organization, project),
        *files_cases(organization, project),
        *_policy(organization, project),
        *_work_items(organization),
        *_recycle_bin_and_feed(organization),
        *_boards(organization, project),
        *_release(organization, project),
        *_planning(organization, project),
        *people_cases(organization, project),
        *pull_request_cases(organization),
        *pipeline_cases(organization, project),
    ]


def _core(project: Project) -> list[Case]:
    p = project.id
    return [
        *(
            Case("projects.list", "core", f"{_O}/projects", f"/_apis/projects?stateFilter={one}")
            for one in ("all", "deleted")
        ),
        Case(
            "projects.get",
            "core",
            f"{_O}/projects/{{projectId}}",
            f"/_apis/projects/{p}?includeCapabilities=true",
        ),
        Case(
            "projects.properties",
            "core",
            f"{_O}/projects/{{projectId}}/properties",
            f"/_apis/projects/{p}/properties",
        ),
        Case("teams.list", "core", f"{_O}/projects/{{projectId}}/teams", f"/_apis/projects/{p}/teams"),
        Case(
            "teams.get",
            "core",
            f"{_O}/projects/{{projectId}}/teams/{{teamId}}",
            f"/_apis/projects/{p}/teams/{project.default_team}",
        ),
        Case(
            "teams.all",
            "core",
            f"{_O}/teams",
            "/_apis/teams?$expandIdentity=true&api-version=7.1-preview.3",
            known=_IDENTITY,
        ),
    ]


def _git(organization: Organization, project: Project) -> list[Case]:
    p = project.id
    repositories = organization.of_project(organization.repositories, p)
    repository = next(one for one in repositories if one.default_branch and not one.disabled)
    r = f"/_apis/git/repositories/{repository.id}"
    return [
        Case(
            "repositories.list", "git", f"{_P}/git/repositories", "/_apis/git/repositories?includeLinks=true"
        ),
        *(
            Case(
                "repositories.get", "git", _REPOSITORY, f"/_apis/git/repositories/{one.id}?includeParent=true"
            )
            for one in (repository, *(one for one in organization.repositories.values() if one.parent))
        ),
        Case("refs.list", "git", f"{_REPOSITORY}/refs", f"{r}/refs?includeStatuses=true"),
        Case(
            "repositories.recycle-bin",
            "git",
            f"{_P}/git/recycleBin/repositories",
            f"/{p}/_apis/git/recycleBin/repositories",
        ),
        Case(
            "repositories.deleted",
            "git",
            f"{_P}/git/deletedrepositories",
            f"/{p}/_apis/git/deletedrepositories",
        ),
    ]


def _policy(organization: Organization, project: Project) -> list[Case]:
    p = project.id
    policy = organization.of_project(organization.policies, p)[0]
    return [
        Case(
            "git-policies.list",
            "git",
            f"{_P}/git/policy/configurations",
            f"/{p}/_apis/git/policy/configurations",
        ),
        Case("policies.list", "policy", f"{_P}/policy/configurations", f"/{p}/_apis/policy/configurations"),
        Case(
            "policies.get",
            "policy",
            f"{_P}/policy/configurations/{{configurationId}}",
            f"/{p}/_apis/policy/configurations/{policy.id}",
        ),
        Case("policy-types.list", "policy", f"{_P}/policy/types", f"/{p}/_apis/policy/types"),
        Case(
            "policy-types.get",
            "policy",
            f"{_P}/policy/types/{{typeId}}",
            f"/{p}/_apis/policy/types/{policy.type_id}",
        ),
    ]


def _work_items(organization: Organization) -> list[Case]:
    live = [one.id for one in organization.work_items.values() if one.deleted is None][:50]
    ids = ",".join(map(str, live))
    query = "SELECT [System.Id], [System.Title] FROM WorkItems ORDER BY [System.ChangedDate] DESC"
    batch = f"{_P}/wit/workitemsbatch"
    return [
        Case("wiql.query", "wit", f"{_T}/wit/wiql", "/_apis/wit/wiql", "POST", {"query": query}),
        Case(
            "work-items.batch",
            "wit",
            batch,
            "/_apis/wit/workitemsbatch",
            "POST",
            {"ids": live, "$expand": "all"},
        ),
        Case(
            "work-items.batch",
            "wit",
            batch,
            "/_apis/wit/workitemsbatch",
            "POST",
            {"ids": [*live, 999_999], "fields": ["System.Id", "System.Title"], "errorPolicy": "omit"},
        ),
        *(
            Case(
                "work-items.list",
                "wit",
                f"{_P}/wit/workitems",
                f"/_apis/wit/workitems?ids={ids}&$expand={one}",
            )
            for one in ("none", "relations", "fields", "links", "all")
        ),
        Case("work-items.get", "wit", f"{_P}/wit/workitems/{{id}}", f"/_apis/wit/workitems/{live[0]}"),
    ]


def _recycle_bin_and_feed(organization: Organization) -> list[Case]:
    binned = [one.id for one in organization.work_items.values() if one.deleted is not None]
    return [
        Case("recycle-bin.list", "wit", f"{_P}/wit/recyclebin", "/_apis/wit/recyclebin"),
        Case(
            "recycle-bin.list",
            "wit",
            f"{_P}/wit/recyclebin?ids={{ids}}",
            f"/_apis/wit/recyclebin?ids={binned[0]}",
        ),
        Case("recycle-bin.get", "wit", f"{_P}/wit/recyclebin/{{id}}", f"/_apis/wit/recyclebin/{binned[0]}"),
        *(
            Case(
                "work-item-revisions.read",
                "wit",
                f"{_P}/wit/reporting/workitemrevisions",
                "/_apis/wit/reporting/workitemrevisions?includeDeleted=true",
                method,
                {"includeIdentityRef": True} if method == "POST" else None,
            )
            for method in ("GET", "POST")
        ),
        Case("fields.list", "wit", f"{_P}/wit/fields", "/_apis/wit/fields"),
    ]


def _boards(organization: Organization, project: Project) -> list[Case]:
    p = project.id
    board = next(
        one for one in organization.of_project(organization.boards, p) if one.team == project.default_team
    )
    return [
        Case("boards.list", "work", f"{_T}/work/boards", f"/{p}/_apis/work/boards"),
        Case(
            "boards.get",
            "work",
            f"{_T}/work/boards/{{id}}",
            f"/{p}/{project.default_team}/_apis/work/boards/{board.id}",
        ),
    ]


def _planning(organization: Organization, project: Project) -> list[Case]:
    p, plan = project.id, organization.plans[project.default_team]
    nodes = f"/{p}/_apis/wit/classificationnodes"
    iteration = organization.nodes[plan.iterations[0]]
    area = next(one for one in organization.trees[p, "area"].below())
    settings = f"/{p}/{plan.team}/_apis/work/teamsettings"
    path = "/".join(quote(one, safe="") for one in area.names[1:])
    single = f"{_P}/wit/classificationnodes/{{structureGroup}}/{{path}}"
    return [
        Case("classification-nodes.list", "wit", f"{_P}/wit/classificationnodes", f"{nodes}?$depth=5"),
        Case(
            "classification-nodes.list",
            "wit",
            f"{_P}/wit/classificationnodes?ids={{ids}}",
            f"{nodes}?ids={area.id},{iteration.id},99999&errorPolicy=omit",
        ),
        Case("classification-nodes.get", "wit", single, f"{nodes}/Areas"),
        Case("classification-nodes.get", "wit", single, f"{nodes}/Areas?$depth=2"),
        Case("classification-nodes.get", "wit", single, f"{nodes}/Areas/{path}"),
        Case("classification-nodes.get", "wit", single, f"{nodes}/Iterations"),
        Case("classification-nodes.get", "wit", single, f"{nodes}/Iterations?$depth=2"),
        Case("classification-nodes.get", "wit", single, f"{nodes}/Iterations/Sprint%201"),
        Case(
            "team-field-values.get",
            "work",
            f"{_T}/work/teamsettings/teamfieldvalues",
            f"{settings}/teamfieldvalues",
        ),
        Case("team-iterations.list", "work", f"{_T}/work/teamsettings/iterations", f"{settings}/iterations"),
        Case(
            "team-iterations.list",
            "work",
            f"{_T}/work/teamsettings/iterations",
            f"{settings}/iterations?$timeframe=current",
        ),
        Case(
            "team-iterations.get",
            "work",
            f"{_T}/work/teamsettings/iterations/{{id}}",
            f"{settings}/iterations/{iteration.identifier}",
        ),
    ]


def _release(organization: Organization, project: Project) -> list[Case]:
    p = project.id
    release = next(one for one in organization.of_project(organization.releases, p) if not one.deleted)
    expand = "environments,artifacts,approvals,variables,tags"
    row = _RELEASE_ROW
    single = frozenset(place.replace("$[]", "$", 1) for place in row)
    return [
        Case(
            "releases.list",
            "release",
            f"{_P}/release/releases",
            f"/_apis/release/releases?$expand={expand}",
            known=row,
        ),
        Case(
            "releases.get",
            "release",
            f"{_P}/release/releases/{{releaseId}}?",
            f"/{p}/_apis/release/releases/{release.id}",
            known=single,
        ),
        Case(
            "release-definitions.list",
            "release",
            f"{_P}/release/definitions",
            f"/{p}/_apis/release/definitions?$expand=environments,artifacts,triggers,variables,tags,lastRelease",
            known=_DEFINITION_ROW,
        ),
        Case(
            "release-definitions.get",
            "release",
            f"{_P}/release/definitions/{{definitionId}}",
            f"/{p}/_apis/release/definitions/{release.definition}",
            known=_DEFINITION,
        ),
        Case(
            "deployments.list",
            "release",
            f"{_P}/release/deployments",
            f"/{p}/_apis/release/deployments",
            known=_DEPLOYMENT_ROW,
        ),
    ]
