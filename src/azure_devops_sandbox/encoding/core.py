"""Projects and teams as the area `core` answers them."""

from __future__ import annotations

from typing import Any

import orjson

from azure_devops_sandbox.formats import date3, segment
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.people import User
from azure_devops_sandbox.state.processes import PROCESSES
from azure_devops_sandbox.state.records import Project, Team

from . import kept, link, person
from .identities import identity_item


def project_reference(organization: Organization, project: Project) -> dict[str, Any]:
    """Return the project as it stands in lists and inside repositories."""
    found: dict[str, Any] = {"id": project.id, "name": project.name}
    if project.description is not None:
        found["description"] = project.description
    found.update(
        url=f"{organization.base_url}/_apis/projects/{project.id}",
        state=project.state,
        revision=project.revision,
        visibility=project.visibility,
        lastUpdateTime=date3(project.updated),
    )
    return found


def project_item(organization: Organization, project: Project) -> bytes:
    """Return the project as a row of the list."""
    return kept(project, "item", project.version, lambda: project_reference(organization, project))


def project_detail(organization: Organization, project: Project, *, capabilities: bool) -> bytes:
    """Return the project as read by id or name."""

    def build() -> dict[str, Any]:
        base = organization.base_url
        url = f"{base}/_apis/projects/{project.id}"
        team = organization.teams.get(project.default_team)
        found = project_reference(organization, project)
        found["_links"] = {
            "self": link(url),
            "collection": link(f"{base}/_apis/projectCollections/{organization.instance_id}"),
            "web": link(web_url(organization, project)),
        }
        if capabilities:
            found["capabilities"] = _capabilities(project)
        if team is not None:
            found["defaultTeam"] = {"id": team.id, "name": team.name, "url": f"{url}/teams/{team.id}"}
        return found

    stamp = max(project.version, *(one.version for one in _default_team(organization, project)), 0)
    return kept(project, f"detail {capabilities}", stamp, build)


def _default_team(organization: Organization, project: Project) -> tuple[Team, ...]:
    team = organization.teams.get(project.default_team)
    return () if team is None else (team,)


def web_url(organization: Organization, project: Project) -> str:
    """Return the address of the project's page."""
    return f"{organization.base_url}/{segment(project.name)}"


def _capabilities(project: Project) -> dict[str, dict[str, str]]:
    process = PROCESSES[project.process]
    git = project.source_control == "Git"
    return {
        "processTemplate": {"templateName": process.name, "templateTypeId": process.template_id},
        "versioncontrol": {
            "sourceControlType": project.source_control,
            "gitEnabled": str(git),
            "tfvcEnabled": str(not git),
        },
    }


def project_properties(project: Project) -> dict[str, str]:
    """Return the properties of a project by name."""
    process = PROCESSES[project.process]
    git = project.source_control == "Git"
    return {
        "System.CurrentProcessTemplateId": process.template_id,
        "System.OriginalProcessTemplateId": process.template_id,
        "System.ProcessTemplateType": process.template_id,
        "System.Process Template": process.name,
        "System.MSPROJ": '<?xml version="1.0" encoding="utf-8"?><Project toolsVersion="0.0" />',
        "System.SourceControlCapabilityFlags": "2" if git else "1",
        "System.SourceControlGitEnabled": str(git),
        "System.SourceControlGitPermissionsInitialized": str(git),
    }


def team_item(organization: Organization, team: Team, *, identity: bool) -> bytes:
    """Return a team."""
    project = organization.projects[team.project]

    def build() -> dict[str, Any]:
        base = organization.base_url
        found: dict[str, Any] = {
            "id": team.id,
            "name": team.name,
            "url": f"{base}/_apis/projects/{team.project}/teams/{team.id}",
            "description": team.description,
            "identityUrl": f"{base}/_apis/Identities/{team.id}",
            "projectName": project.name,
            "projectId": team.project,
        }
        if identity:
            found["identity"] = orjson.Fragment(identity_item(organization, team, direct=False))
        return found

    return kept(team, f"item {identity}", max(team.version, project.version), build)


def team_member(organization: Organization, user: User, *, admin: bool) -> bytes:
    """Return a member of a team; only administrators are marked."""

    def build() -> dict[str, Any]:
        found: dict[str, Any] = {"isTeamAdmin": True} if admin else {}
        found["identity"] = person(organization, user.identity)
        return found

    return kept(user, f"member {admin}", user.version, build)
