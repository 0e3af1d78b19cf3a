"""The errors for things that are not there, or that the identity may not see: both look the same."""

from __future__ import annotations

from azure_devops_sandbox.calls import ApiError
from azure_devops_sandbox.formats import is_guid

_GIT = "Microsoft.TeamFoundation.Git.Server"
_TRACKING = "Microsoft.TeamFoundation.WorkItemTracking.Server"
_BUILD = "Microsoft.TeamFoundation.Build.WebApi"


def no_project(name_or_id: str) -> ApiError:
    """Return the error for a project."""
    if is_guid(name_or_id):
        return ApiError(
            404,
            "ProjectDoesNotExistException",
            f"VS800075: The project with id 'vstfs:///Classification/TeamProject/{name_or_id}' does not exist, "
            "or you do not have permission to access it.",
            "Microsoft.TeamFoundation.Core.WebApi",
        )
    return ApiError(
        404,
        "ProjectDoesNotExistWithNameException",
        f"TF200016: The following project does not exist: {name_or_id}. Verify that the name of the project is "
        "correct and that the project exists on the specified Azure DevOps Server.",
        "Microsoft.TeamFoundation.Core.WebApi",
    )


def no_team(name_or_id: str) -> ApiError:
    """Return the error for a team."""
    return ApiError(
        404,
        "TeamNotFoundException",
        f"The team with id '{name_or_id}' does not exist.",
        "Microsoft.Azure.DevOps.Teams",
    )


def no_repository(name_or_id: str) -> ApiError:
    """Return the error for a repository: missing, hidden and disabled ones look the same."""
    return ApiError(
        404,
        "GitRepositoryNotFoundException",
        f"TF401019: The Git repository with name or identifier {name_or_id} does not exist or you do not have "
        "permissions for the operation you are attempting.",
        _GIT,
    )


def no_pull_request(_id: str = "") -> ApiError:
    """Return the error for a pull request, which does not tell its number."""
    return ApiError(
        404, "GitPullRequestNotFoundException", "TF401180: The requested pull request was not found.", _GIT
    )


def no_item(path: str, repository: str, branch: str, commit: str) -> ApiError:
    """Return the error for a file or folder."""
    return ApiError(
        404,
        "GitItemNotFoundException",
        f"TF401174: The item '{path}' could not be found in the repository '{repository}' at the version specified "
        f"by '<Branch: {branch} >' (resolved to commit '{commit}')",
        _GIT,
    )


def no_version(version: str, repository: str, kind: str = "Branch") -> ApiError:
    """Return the error for a branch, tag or commit."""
    return ApiError(
        404,
        "GitUnresolvableToCommitException",
        f"TF401175:The version descriptor <{kind}: {version} > could not be resolved to a version in the repository "
        f"{repository}",
        _GIT,
    )


def no_object(object_id: str, repository: str) -> ApiError:
    """Return the error for a commit or a file named by its id."""
    return ApiError(
        404,
        "GitObjectDoesNotExistException",
        f"TF401035: The object '{object_id}' does not exist in the Git repository {repository}.",
        _GIT,
    )


def no_branches(repository: str) -> ApiError:
    """Return the error for reading files of an empty repository."""
    return ApiError(
        404,
        "GitItemNotFoundException",
        f"VS403403: Cannot find any branches for the {repository} repository.",
        _GIT,
    )


def no_work_item(item_id: int | str) -> ApiError:
    """Return the error for a work item."""
    return ApiError(
        404,
        "WorkItemUnauthorizedAccessException",
        f"TF401232: Work item {item_id} does not exist, or you do not have permissions to read it.",
        _TRACKING,
    )


def no_policy(policy_id: str) -> ApiError:
    """Return the error for a policy configuration."""
    return ApiError(
        404,
        "PolicyConfigurationNotFoundException",
        f"TF402361: Cannot find the policy configuration with id {policy_id}.",
        "Microsoft.TeamFoundation.Policy.WebApi",
    )


def no_board(board: str) -> ApiError:
    """Return the error for a board."""
    return ApiError(
        404,
        "BoardDoesNotExistException",
        f"VS402425: The board with id or name '{board}' does not exist.",
        "Microsoft.TeamFoundation.Agile.Server",
    )


def no_release(release_id: str) -> ApiError:
    """Return the error for a release."""
    return ApiError(
        404,
        "ReleaseNotFoundException",
        f"VS402881: Release with id {release_id} does not exist, or you do not have permissions to read it.",
        "Microsoft.VisualStudio.Services.ReleaseManagement.Data.Exceptions",
    )


def no_definition(definition_id: str) -> ApiError:
    """Return the error for a release definition."""
    return ApiError(
        404,
        "ReleaseDefinitionNotFoundException",
        f"VS402877: Release definition with ID {definition_id} does not exist, or you do not have permissions.",
        "Microsoft.VisualStudio.Services.ReleaseManagement.Data.Exceptions",
    )


def no_pipeline(pipeline_id: str) -> ApiError:
    """Return the error for a pipeline (build definition)."""
    return ApiError(
        404,
        "DefinitionNotFoundException",
        f"The requested definition {pipeline_id} could not be found.",
        _BUILD,
    )


def no_build(build_id: str) -> ApiError:
    """Return the error for a build (run)."""
    return ApiError(
        404, "BuildNotFoundException", f"The requested build {build_id} could not be found.", _BUILD
    )


def no_environment(environment_id: str) -> ApiError:
    """Return the error for an environment."""
    return ApiError(
        404,
        "EnvironmentNotFoundException",
        f"Environment with id {environment_id} does not exist or has been deleted.",
        "Microsoft.Azure.Pipelines.Environments",
    )


def no_subject(descriptor: str) -> ApiError:
    """Return the error for a user, group or scope."""
    return ApiError(
        404,
        "GraphSubjectNotFoundException",
        f"VS860018: Could not find the graph subject with descriptor or storage key '{descriptor}'.",
        "Microsoft.VisualStudio.Services.Graph",
    )


SUBJECTS_AT_ONCE = 500


def too_many_subjects(number: int) -> ApiError:
    """Return the error for a request for more users and groups than the service gives at once."""
    return ApiError(
        400,
        "TooManyRequestedItemsException",
        f"TF400049: The request is for {number} identities. The limit is {SUBJECTS_AT_ONCE}.",
        "Microsoft.VisualStudio.Services.Identity",
    )


def no_entitlement(user_id: str) -> ApiError:
    """Return the error for the entitlement of a user."""
    return ApiError(
        404,
        "IdentityNotFoundException",
        f"User {user_id} could not be found in the organization.",
        "Microsoft.VisualStudio.Services.Identity",
    )


def no_node(name: str) -> ApiError:
    """Return the error for an area or iteration."""
    return ApiError(
        404,
        "WorkItemTrackingTreeNodeNotFoundException",
        f"VS402485: The Area/Iteration name is not recognized: '{name}'.",
        _TRACKING,
    )


def no_iteration(iteration: str) -> ApiError:
    """Return the error for an iteration that the team did not choose."""
    return ApiError(
        404,
        "InvalidTeamSettingsIterationException",
        f"TF400512: The iteration with id '{iteration}' is not one of the team.",
        "Microsoft.TeamFoundation.Agile.Server",
    )


def no_team_settings(status: int) -> ApiError:
    """Return the error for a team that has no areas: 404 for its settings, 500 for what is built on them."""
    return ApiError(
        status,
        "InvalidTeamSettingsException",
        "TF400499: You have not set your team field.",
        "Microsoft.TeamFoundation.Server.WebAccess.WorkItemTracking.Common",
    )


def no_route(path: str) -> ApiError:
    """Return the error for a path that no controller serves."""
    return ApiError(
        404,
        "HttpException",
        f"The controller for path '{path}' was not found or does not implement IController.",
        "System.Web",
    )


def forbidden(who: str) -> ApiError:
    """Return the error for a missing permission that is not hidden."""
    return ApiError(
        403,
        "AccessCheckException",
        f"Access denied. {who} needs the following permission(s) to perform this action: "
        "View project-level information",
        "Microsoft.TeamFoundation.Framework.Server",
    )


def by_area(route_name: str, subject: str) -> ApiError:
    """Return the 404 that fits a route, for faults."""
    kind = route_name.split(".", maxsplit=1)[0]
    errors = {
        "repositories": no_repository,
        "items": no_repository,
        "refs": no_repository,
        "blobs": no_repository,
        "commits": no_repository,
        "branch-stats": no_repository,
        "work-items": no_work_item,
        "recycle-bin": no_work_item,
        "policies": no_policy,
        "pull-requests": no_pull_request,
        "boards": no_board,
        "team-members": no_team,
        "team-field-values": no_team,
        "graph-users": no_subject,
        "graph-groups": no_subject,
        "graph-memberships": no_subject,
        "graph-subjects": no_subject,
        "graph-descriptors": no_subject,
        "identities": no_subject,
        "user-entitlements": no_entitlement,
        "classification-nodes": no_node,
        "team-iterations": no_iteration,
        "releases": no_release,
        "release-definitions": no_definition,
        "pipelines": no_pipeline,
        "pipeline-runs": no_build,
        "build-definitions": no_pipeline,
        "builds": no_build,
        "timelines": no_build,
        "build-changes": no_build,
        "environments": no_environment,
        "environment-deployments": no_environment,
    }
    return errors.get(kind, no_project)(subject)
