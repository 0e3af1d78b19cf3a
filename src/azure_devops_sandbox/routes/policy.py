"""Policy configurations and types.

Facts: `policy/configurations` lists all of a project, `git/policy/configurations` those that hold for a
repository or one of its branches; both page with a token in the header (areas `policy` and `git`).
"""

from __future__ import annotations

from azure_devops_sandbox.calls import Answer, ApiError, Call, json_answer
from azure_devops_sandbox.encoding.git import policy_item, policy_type
from azure_devops_sandbox.paging import offset_of, page
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.processes import POLICY_TYPES
from azure_devops_sandbox.state.records import Policy, Repository

from .git import SCOPE
from .missing import no_policy

_PAGE = 100


def _visible(call: Call) -> list[Policy]:
    organization = call.organization
    found = [one for one in organization.of_project(organization.policies, call.here.id) if not one.deleted]
    wanted = call.text("policyType")
    return [one for one in found if wanted is None or one.type_id == wanted.lower()]


def policies_list(call: Call) -> Answer:
    """List the policy configurations of a project."""
    rows = [policy_item(call.organization, one) for one in _visible(call)]
    return page(call, rows, offset_of(call), call.number("$top", _PAGE))


def git_policies_list(call: Call) -> Answer:
    """List the policy configurations that hold for a repository, and with `refName` for a branch."""
    repository = None
    wanted = call.text("repositoryId")
    if wanted is not None:
        repository = call.organization.find_repository(call.here, wanted)
    ref = call.text("refName")
    found = [one for one in _visible(call) if wanted is None or _covers(one, wanted, repository, ref)]
    rows = [policy_item(call.organization, one) for one in found]
    return page(call, rows, offset_of(call), call.number("$top", _PAGE))


def _covers(policy: Policy, repository_id: str, repository: Repository | None, ref: str | None) -> bool:
    for scope in policy.settings.get("scope", []):
        if scope.get("repositoryId") not in {None, repository_id.lower()}:
            continue
        kind, name = str(scope.get("matchKind", "Exact")).lower(), scope.get("refName")
        if ref is None:
            return True
        if kind == "defaultbranch" and repository is not None and ref == repository.default_branch:
            return True
        if kind == "exact" and name == ref:
            return True
        if kind == "prefix" and ref.startswith(str(name)):
            return True
    return False


def policies_get(call: Call) -> Answer:
    """Return a policy configuration; a deleted one can still be read."""
    text = call.params["configurationId"]
    policy = call.organization.policies.get(int(text)) if text.isdigit() else None
    if policy is None or policy.project != call.here.id:
        raise no_policy(text)
    return Answer(policy_item(call.organization, policy))


def policy_types_list(call: Call) -> Answer:
    """List the policy types."""
    value = [policy_type(call.organization, call.here.id, one, full=True) for one in POLICY_TYPES]
    return json_answer({"count": len(value), "value": value})


def policy_types_get(call: Call) -> Answer:
    """Return a policy type."""
    type_id = call.params["typeId"].lower()
    if type_id not in POLICY_TYPES:
        raise ApiError(
            404,
            "PolicyTypeNotFoundException",
            f"TF402359: Cannot find the policy type {type_id}.",
            "Microsoft.TeamFoundation.Policy.WebApi",
        )
    return json_answer(policy_type(call.organization, call.here.id, type_id, full=True))


_BASE = "_apis/policy"
ROUTES = (
    Route("policies.list", "GET", "p", f"{_BASE}/configurations", policies_list, SCOPE),
    Route("policies.get", "GET", "p", f"{_BASE}/configurations/{{configurationId}}", policies_get, SCOPE),
    Route("policy-types.list", "GET", "p", f"{_BASE}/types", policy_types_list, SCOPE),
    Route("policy-types.get", "GET", "p", f"{_BASE}/types/{{typeId}}", policy_types_get, SCOPE),
    Route("git-policies.list", "GET", "p", "_apis/git/policy/configurations", git_policies_list, SCOPE),
)
