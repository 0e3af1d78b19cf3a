"""Areas and iterations as the area `wit` answers them, and what teams chose of them, as the area `work` does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson

from azure_devops_sandbox.formats import date3, segment
from azure_devops_sandbox.state.access import Permissions
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.planning import Node, TeamPlan

from . import kept, link

_GROUPS = {"area": "Areas", "iteration": "Iterations"}


def node_url(organization: Organization, node: Node) -> str:
    """Return the address of an area or iteration."""
    names = "".join(f"/{segment(one)}" for one in node.names[1:])
    base = f"{organization.base_url}/{node.project}/_apis/wit/classificationNodes"
    return f"{base}/{_GROUPS[node.kind]}{names}"


def node_item(
    organization: Organization, node: Node, permissions: Permissions, depth: int, *, links: bool = True
) -> bytes:
    """Return an area or iteration with `depth` levels of those below it; only the outermost one has links."""

    def build() -> dict[str, Any]:
        root, *rest = node.names
        children = [one for one in node.children if one.kind != "area" or permissions.sees_area(one.path)]
        found: dict[str, Any] = {
            "id": node.id,
            "identifier": node.identifier,
            "name": node.name,
            "structureType": node.kind,
            "hasChildren": bool(children),
        }
        if depth > 0 and children:
            below = (node_item(organization, one, permissions, depth - 1, links=False) for one in children)
            found["children"] = [orjson.Fragment(one) for one in below]
        if node.start is not None and node.finish is not None:
            found["attributes"] = {"startDate": date3(node.start), "finishDate": date3(node.finish)}
        found["path"] = "\\" + "\\".join((root, node.kind.capitalize(), *rest))
        if links:
            found["_links"] = {"self": link(node_url(organization, node))}
            if node.parent is not None:
                found["_links"]["parent"] = link(node_url(organization, node.parent))
        found["url"] = node_url(organization, node)
        return found

    if permissions.hidden_areas:
        return orjson.dumps(build())
    return kept(node, f"node {depth} {links}", node.root.version, build)


def _settings_url(organization: Organization, plan: TeamPlan) -> str:
    return f"{organization.base_url}/{plan.project}/{plan.team}/_apis/work/teamsettings"


def _links(organization: Organization, plan: TeamPlan, url: str) -> dict[str, Any]:
    project = f"{organization.base_url}/_apis/projects/{plan.project}"
    return {
        "self": link(url),
        "project": link(project),
        "team": link(f"{project}/teams/{plan.team}"),
        "teamSettings": link(_settings_url(organization, plan)),
    }


def team_field_values(organization: Organization, plan: TeamPlan, permissions: Permissions) -> bytes:
    """Return the areas of a team."""

    def build() -> dict[str, Any]:
        url = f"{_settings_url(organization, plan)}/teamfieldvalues"
        areas = {organization.nodes[one].path: below for one, below in plan.areas.items()}
        root = organization.trees[plan.project, "area"]
        field = "System.AreaPath"
        return {
            "field": {"referenceName": field, "url": f"{organization.base_url}/_apis/wit/fields/{field}"},
            "defaultValue": next(iter(areas)),
            "values": [
                {"value": path, "includeChildren": below}
                for path, below in areas.items()
                if permissions.sees_area(path)
            ],
            "url": url,
            "_links": {
                **_links(organization, plan, url),
                "areaPathClassificationNodes": link(node_url(organization, root)),
            },
        }

    if permissions.hidden_areas:
        return orjson.dumps(build())
    stamp = max(plan.version, organization.trees[plan.project, "area"].version)
    return kept(plan, "areas", stamp, build)


def time_frame(node: Node, now: datetime) -> str:
    """Tell whether an iteration is past, current or future; the day it ends on belongs to it."""
    if node.start is None or node.finish is None or now < node.start:
        return "future"
    return "past" if now >= node.finish + timedelta(days=1) else "current"


def team_iteration(
    organization: Organization, plan: TeamPlan, node: Node, frame: str, *, full: bool
) -> bytes:
    """Return an iteration of a team; only a single one has links."""

    def build() -> dict[str, Any]:
        base = f"{_settings_url(organization, plan)}/iterations"
        url = f"{base}/{node.identifier}"
        found: dict[str, Any] = {
            "id": node.identifier,
            "name": node.name,
            "path": node.path,
            "attributes": {
                "startDate": date3(node.start) if node.start else None,
                "finishDate": date3(node.finish) if node.finish else None,
                "timeFrame": frame,
            },
            "url": url,
        }
        if full:
            found["_links"] = {
                **_links(organization, plan, url),
                "teamIterations": link(base),
                "capacity": link(f"{url}/capacities"),
                "classificationNode": link(node_url(organization, node)),
                "teamDaysOff": link(f"{url}/teamdaysoff"),
            }
        return found

    stamp = max(plan.version, node.root.version)
    return kept(plan, f"iteration {node.id} {frame} {full}", stamp, build)
