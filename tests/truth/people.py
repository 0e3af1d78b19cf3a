"""People and planning, restated in plain Python: for the example mapping of every kind, and for preset `standard`."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from azure_devops_sandbox.state.graph import containers, members_of, people_of
from azure_devops_sandbox.state.people import LICENSES, User
from azure_devops_sandbox.state.planning import Node
from azure_devops_sandbox.state.records import Team
from truth.entities import Entities, Entity, Targets, written
from truth.sight import Sight

TARGETS: Targets = {
    "azureDevopsTeam": {"project": "azureDevopsProject", "members": "azureDevopsUser"},
    "azureDevopsGroupMember": {"group": "azureDevopsGroup"},
    "azureDevopsIteration": {"project": "azureDevopsProject"},
    "azureDevopsAreaPath": {"project": "azureDevopsProject", "parent": "azureDevopsAreaPath"},
}
STANDARD_TARGETS: Targets = {"team": {"project": "project", "members": "user"}}


def licensed(sight: Sight) -> Iterator[User]:
    """Users with an entitlement: services have none."""
    return (one for one in sight.organization.users.values() if one.kind != "svc")


def users(sight: Sight) -> Entities:
    """`azureDevopsUser`."""
    return {
        ("azureDevopsUser", one.identity.unique_name.replace(" ", "")): Entity(
            title=one.identity.display_name,
            properties={
                "email": one.mail,
                "url": f"{sight.base}/_apis/Graph/Users/{one.descriptor}",
                "license": LICENSES[one.license].name,
            },
        )
        for one in licensed(sight)
    }


def _address(sight: Sight, team: Team) -> str:
    return f"{sight.base}/_apis/projects/{team.project}/teams/{team.id}"


def teams(sight: Sight) -> Entities:
    """`azureDevopsTeam`, with the areas that it has chosen."""
    organization, found = sight.organization, Entities()
    for one in sight.teams():
        plan = organization.plans.get(one.id)
        areas = [organization.nodes[area].path for area in plan.areas] if plan else []
        members = [user.identity.unique_name.replace(" ", "") for user in people_of(organization, one)]
        found["azureDevopsTeam", one.id] = Entity(
            title=one.name,
            properties={"description": one.description, "url": _address(sight, one), "areas": areas},
            relations={"project": one.project, "members": members},
        )
    return found


def groups(sight: Sight) -> Entities:
    """`azureDevopsGroup`: groups of the organization and of projects, and teams."""
    found: Entities = {}
    for one in containers(sight.organization):
        scope = sight.project(one.project).name if one.project else sight.organization.name
        origin = "vsts" if isinstance(one, Team) else one.origin
        name = "TEAM FOUNDATION" if origin == "aad" else scope
        found["azureDevopsGroup", one.descriptor] = Entity(
            title=f"[{name}]\\{one.name}", properties={"description": one.description, "origin": origin}
        )
    return found


def group_members(sight: Sight) -> Entities:
    """`azureDevopsGroupMember`: direct members, users and groups alike."""
    known = groups(sight)
    found: Entities = {}
    for group in containers(sight.organization):
        for one in members_of(sight.organization, group):
            person = isinstance(one, User)
            title = one.identity.display_name if isinstance(one, User) else one.name
            named = one.identity.unique_name if isinstance(one, User) else _title(known, one.descriptor)
            found["azureDevopsGroupMember", f"{group.descriptor}/{one.descriptor}"] = Entity(
                title=title,
                properties={"subjectKind": "user" if person else "group", "principalName": named},
                relations={"group": group.descriptor},
            )
    return found


def _title(known: Entities, descriptor: str) -> str | None:
    return known["azureDevopsGroup", descriptor].title


def iterations(sight: Sight) -> Entities:
    """`azureDevopsIteration`: those that some team has chosen."""
    organization, now, found = sight.organization, sight.organization.clock.now(), Entities()
    for team in sight.teams():
        plan = organization.plans.get(team.id)
        for node in (organization.nodes[one] for one in (plan.iterations if plan else ())):
            if node.start is None or node.finish is None or now < node.start:
                frame = "future"
            else:
                frame = "past" if now.date() > node.finish.date() else "current"
            found["azureDevopsIteration", f"{node.project}/{node.identifier}"] = Entity(
                title=node.name,
                properties={
                    "path": node.path,
                    "startDate": written(node.start),
                    "finishDate": written(node.finish),
                    "timeFrame": frame,
                },
                relations={"project": node.project},
            )
    return found


def areas(sight: Sight) -> Entities:
    """`azureDevopsAreaPath`: the whole tree of every project."""
    found: Entities = {}
    for project in sight.open_projects():
        root = sight.organization.trees[project.id, "area"]
        for node in (root, *root.below()):
            found["azureDevopsAreaPath", node.identifier] = _area(node)
    return found


def _area(node: Node) -> Entity:
    return Entity(
        title=node.name,
        properties={"path": node.path, "hasChildren": bool(node.children)},
        relations={"project": node.project, "parent": node.parent.identifier if node.parent else None},
    )


ALL = (users, teams, groups, group_members, iterations, areas)


def person(name: str) -> str:
    """What preset `standard` knows a person by; signs that identifiers may not hold are written =20 and so on."""
    return quote(name.lower(), safe="@").replace("~", "=7E").replace("%", "=")


def standard_users(sight: Sight) -> Entities:
    """`user`."""
    return {
        ("user", person(one.identity.unique_name)): Entity(
            title=one.identity.display_name,
            properties={
                "email": one.mail,
                "principalName": one.identity.unique_name,
                "license": LICENSES[one.license].name,
                "status": one.status,
                "created": written(one.created),
                "lastAccessed": written(one.accessed),
            },
        )
        for one in licensed(sight)
    }


def standard_teams(sight: Sight) -> Entities:
    """`team`."""
    return {
        ("team", one.id): Entity(
            title=one.name,
            properties={"description": one.description},
            relations={
                "project": one.project,
                "members": [person(user.identity.unique_name) for user in people_of(sight.organization, one)],
            },
        )
        for one in sight.teams()
    }


STANDARD = (standard_users, standard_teams)
