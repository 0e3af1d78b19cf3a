"""Projects and teams."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from azure_devops_sandbox.calls import Answer, Call, json_answer
from azure_devops_sandbox.encoding.core import (
    project_detail,
    project_item,
    project_properties,
    team_item,
    team_member,
)
from azure_devops_sandbox.paging import offset_of, page
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.graph import people_of
from azure_devops_sandbox.state.records import Project, Team

from .missing import no_project, no_team

_LISTED = {
    "all": frozenset({"new", "wellFormed", "createPending", "deleting"}),
    "wellformed": frozenset({"wellFormed"}),
    "deleted": frozenset({"deleted"}),
    "deleting": frozenset({"deleting"}),
    "new": frozenset({"new"}),
    "createpending": frozenset({"createPending"}),
}


def projects_list(call: Call) -> Answer:
    """List projects by name; without a filter those that are well formed. Pages of 100 by default."""
    states = _LISTED.get((call.text("stateFilter") or "wellFormed").lower(), _LISTED["wellformed"])
    organization, permissions = call.organization, call.access.permissions

    def rows() -> list[bytes]:
        seen = [
            one
            for one in organization.projects.values()
            if one.state in states and permissions.sees_project(one)
        ]
        return [project_item(organization, one) for one in sorted(seen, key=lambda one: one.name.casefold())]

    found = organization.derived(("projects", states, permissions), rows)
    return page(call, found, offset_of(call), call.number("$top", 100))


def _visible_project(call: Call, *, children: bool = True) -> Project:
    """Return the project of the path. Raises ApiError (404) if it is missing or hidden.

    The children of a project that is not well formed are not there.
    """
    name_or_id = call.params["projectId"]
    project = call.organization.find_project(name_or_id)
    if project is None or not call.access.permissions.sees_project(project):
        raise no_project(name_or_id)
    if children and project.state != "wellFormed":
        raise no_project(name_or_id)
    return project


def projects_get(call: Call) -> Answer:
    """Return a project by id or name."""
    project = _visible_project(call, children=False)
    return Answer(project_detail(call.organization, project, capabilities=call.flag("includeCapabilities")))


def projects_properties(call: Call) -> Answer:
    """Return the properties of a project; `keys` may hold wildcards."""
    properties = project_properties(_visible_project(call))
    keys = call.words("keys")
    value = [
        {"name": name, "value": text}
        for name, text in properties.items()
        if not keys or any(fnmatchcase(name.lower(), key.lower()) for key in keys)
    ]
    return json_answer({"count": len(value), "value": value})


def _team_page(call: Call, key: str, teams: Iterable[Team]) -> Answer:
    organization, permissions = call.organization, call.access.permissions
    identity = call.flag("$expandIdentity")

    def rows() -> list[bytes]:
        seen = [one for one in teams if permissions.sees_team(one)]
        ordered = sorted(seen, key=lambda one: (one.name.casefold(), one.id))
        return [team_item(organization, one, identity=identity) for one in ordered]

    found = organization.derived(("teams", key, identity, permissions), rows)
    size = min(call.number("$top", 100), call.settings.team_page_cap)
    return page(call, found, max(0, call.number("$skip", 0)), size, token_at=None)


def teams_all(call: Call) -> Answer:
    """List the teams of all projects; skip and top, no token."""
    organization = call.organization
    live = {one.id for one in organization.live_projects()}
    return _team_page(call, "", (one for one in organization.teams.values() if one.project in live))


def teams_list(call: Call) -> Answer:
    """List the teams of a project."""
    project = _visible_project(call)
    return _team_page(call, project.id, call.organization.of_project(call.organization.teams, project.id))


def _team(call: Call) -> Team:
    """Return the team of the path. Raises ApiError (404) if it is missing or hidden."""
    project = _visible_project(call)
    team = call.organization.find_team(project, call.params["teamId"])
    if team is None or not call.access.permissions.sees_team(team):
        raise no_team(call.params["teamId"])
    return team


def teams_get(call: Call) -> Answer:
    """Return a team by id or name."""
    return Answer(team_item(call.organization, _team(call), identity=call.flag("$expandIdentity")))


def team_members_list(call: Call) -> Answer:
    """List the users of a team, with those of the groups in it; skip and top, no token."""
    team, organization, permissions = _team(call), call.organization, call.access.permissions
    people = [one for one in people_of(organization, team) if permissions.sees_subject(one)]
    rows = [team_member(organization, one, admin=one.id in team.admins) for one in people]
    size = min(call.number("$top", 100), call.settings.team_page_cap)
    return page(call, rows, max(0, call.number("$skip", 0)), size, token_at=None)


_SCOPE = "vso.project"
ROUTES = (
    Route("projects.list", "GET", "o", "_apis/projects", projects_list, _SCOPE),
    Route("projects.get", "GET", "o", "_apis/projects/{projectId}", projects_get, _SCOPE),
    Route(
        "projects.properties",
        "GET",
        "o",
        "_apis/projects/{projectId}/properties",
        projects_properties,
        _SCOPE,
        True,
    ),
    Route("teams.list", "GET", "o", "_apis/projects/{projectId}/teams", teams_list, _SCOPE),
    Route("teams.get", "GET", "o", "_apis/projects/{projectId}/teams/{teamId}", teams_get, _SCOPE),
    Route(
        "team-members.list",
        "GET",
        "o",
        "_apis/projects/{projectId}/teams/{teamId}/members",
        team_members_list,
        _SCOPE,
    ),
    Route("teams.all", "GET", "o", "_apis/teams", teams_all, _SCOPE, True),
)
