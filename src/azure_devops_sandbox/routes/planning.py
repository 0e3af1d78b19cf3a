"""Areas and iterations of a project, and those of a team.

Facts: without ids both roots are listed, a single path gives an object; without `$depth` only the node itself
(area `wit`, Classification Nodes); `$timeframe` knows only `current` (area `work`, Iterations).
"""

from __future__ import annotations

from azure_devops_sandbox.calls import Answer, Call, bad_argument
from azure_devops_sandbox.encoding.planning import node_item, team_field_values, team_iteration, time_frame
from azure_devops_sandbox.paging import whole
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.planning import KINDS, Kind, Node, TeamPlan
from azure_devops_sandbox.state.trees import descend

from .missing import no_iteration, no_node, no_team_settings

SCOPE = "vso.work"
_KINDS: dict[str, Kind] = {"areas": "area", "iterations": "iteration"}


def _sees(call: Call, node: Node) -> bool:
    return node.kind != "area" or call.access.permissions.sees_area(node.path)


def _item(call: Call, node: Node) -> bytes:
    return node_item(call.organization, node, call.access.permissions, call.number("$depth", 0))


def nodes_list(call: Call) -> Answer:
    """List the two roots of a project, or with `ids` those nodes."""
    organization, project = call.organization, call.here.id
    if call.text("ids") is None:
        roots = [organization.trees[project, kind] for kind in KINDS]
        return whole(call, [_item(call, one) for one in roots if _sees(call, one)])
    omit = (call.text("errorPolicy") or "fail").lower() == "omit"
    rows = []
    for word in call.words("ids"):
        if not word.isdigit():
            raise bad_argument("The ids of the query are not integers.")
        node = organization.nodes.get(int(word))
        if node is not None and node.project == project and _sees(call, node):
            rows.append(_item(call, node))
        elif omit:
            rows.append(b"null")
        else:
            raise no_node(word)
    return whole(call, rows)


def nodes_get(call: Call) -> Answer:
    """Return the root of the areas or iterations, or the node of a path below it."""
    kind = _KINDS.get(call.params["structureGroup"].lower())
    if kind is None:
        raise bad_argument(f"The value '{call.params['structureGroup']}' of 'structureGroup' is not valid.")
    path = call.params.get("path", "")
    names = [one for one in path.replace("\\", "/").split("/") if one]
    node = descend(call.organization.trees[call.here.id, kind], names)
    if node is None or not _sees(call, node):
        raise no_node(path)
    return Answer(_item(call, node))


def _plan(call: Call) -> TeamPlan:
    """Return the plan of the team. Raises ApiError (404) for a team without areas."""
    plan = call.organization.plans.get(call.team.id) if call.team is not None else None
    if plan is None or not plan.areas:
        raise no_team_settings(404)
    return plan


def team_field_values_get(call: Call) -> Answer:
    """Return the areas of a team."""
    return Answer(team_field_values(call.organization, _plan(call), call.access.permissions))


def team_iterations_list(call: Call) -> Answer:
    """List the iterations of a team, or only the current one."""
    plan, organization, now = _plan(call), call.organization, call.organization.clock.now()
    wanted = (call.text("$timeframe") or "").lower()
    if wanted not in {"", "current"}:
        raise bad_argument(f"The value '{wanted}' of '$timeframe' is not valid: only current is supported.")
    rows = []
    for node in (organization.nodes[one] for one in plan.iterations):
        frame = time_frame(node, now)
        if not wanted or frame == wanted:
            rows.append(team_iteration(organization, plan, node, frame, full=False))
    return whole(call, rows)


def team_iterations_get(call: Call) -> Answer:
    """Return an iteration of a team by its GUID."""
    plan, organization, wanted = _plan(call), call.organization, call.params["id"].lower()
    for node in (organization.nodes[one] for one in plan.iterations):
        if node.identifier == wanted:
            frame = time_frame(node, organization.clock.now())
            return Answer(team_iteration(organization, plan, node, frame, full=True))
    raise no_iteration(call.params["id"])


_NODES = "_apis/wit/classificationnodes"
_SETTINGS = "_apis/work/teamsettings"
ROUTES = (
    Route("classification-nodes.list", "GET", "p", _NODES, nodes_list, SCOPE),
    Route("classification-nodes.get", "GET", "p", f"{_NODES}/{{structureGroup}}", nodes_get, SCOPE),
    Route("classification-nodes.get", "GET", "p", f"{_NODES}/{{structureGroup}}/{{*path}}", nodes_get, SCOPE),
    Route("team-field-values.get", "GET", "pt", f"{_SETTINGS}/teamfieldvalues", team_field_values_get, SCOPE),
    Route("team-iterations.list", "GET", "pt", f"{_SETTINGS}/iterations", team_iterations_list, SCOPE),
    Route("team-iterations.get", "GET", "pt", f"{_SETTINGS}/iterations/{{id}}", team_iterations_get, SCOPE),
)
