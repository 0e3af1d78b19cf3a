"""Environments and the deployments to them.

Facts: the scope is one for reading and managing; deployments come newest first, 25 at once unless `top` (without a
dollar sign) says otherwise, with a token in the header only (reference of the API, part 1.3).
"""

from __future__ import annotations

from azure_devops_sandbox.calls import Answer, Call
from azure_devops_sandbox.encoding.environments import environment_deployment, environment_item
from azure_devops_sandbox.paging import opaque, opaque_place, page
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.pipelines import Environment

from .missing import no_environment

SCOPE = "vso.environment_manage"


def environments_list(call: Call) -> Answer:
    """List the environments of a project; `name` is the name of one."""
    organization, name = call.organization, (call.text("name") or "").casefold()
    found = organization.of_project(organization.environments, call.here.id)
    rows = [environment_item(organization, one) for one in found if name in {"", one.name.casefold()}]
    return page(call, rows, opaque_place(call), max(1, call.number("$top", len(rows) or 1)), opaque)


def _environment(call: Call) -> Environment:
    text = call.params["environmentId"]
    found = call.organization.environments.get(int(text)) if text.isdigit() else None
    if found is None or found.project != call.here.id:
        raise no_environment(text)
    return found


def environments_get(call: Call) -> Answer:
    """Return an environment."""
    return Answer(environment_item(call.organization, _environment(call)))


def deployments_list(call: Call) -> Answer:
    """List the deployments to an environment, the newest first."""
    organization, environment = call.organization, _environment(call)
    hidden = call.access.permissions.hidden_pipelines
    rows = [
        environment_deployment(organization, one)
        for one in reversed(organization.of_project(organization.environment_deployments, call.here.id))
        if one.environment == environment.id and one.definition not in hidden
    ]
    return page(call, rows, opaque_place(call), max(1, call.number("top", 25)), opaque)


_TEMPLATE = "_apis/distributedtask/environments"
ROUTES = (
    Route("environments.list", "GET", "p", _TEMPLATE, environments_list, SCOPE),
    Route("environments.get", "GET", "p", f"{_TEMPLATE}/{{environmentId}}", environments_get, SCOPE),
    Route(
        "environment-deployments.list",
        "GET",
        "p",
        f"{_TEMPLATE}/{{environmentId}}/environmentdeploymentrecords",
        deployments_list,
        SCOPE,
    ),
)
