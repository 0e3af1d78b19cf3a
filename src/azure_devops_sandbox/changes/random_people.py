"""Random changes to people, groups, areas and iterations.

A new name of a person, or of a node that holds work items, is not among them: work items show it without a
new revision, which no incremental reading can see.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeAlias

from azure_devops_sandbox.seeding.names import FIRST_NAMES, LAST_NAMES
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.people import LICENSES, Group, User
from azure_devops_sandbox.state.planning import Node
from azure_devops_sandbox.state.records import Project, Team

from . import Changes

_OfPeople: TypeAlias = Callable[[Changes, random.Random, User, Team, Group], str | None]
_OfPlans: TypeAlias = Callable[[Changes, random.Random, Project, Team, Node], str | None]


def people_change(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    """Change a user, a group or who belongs to what."""
    groups = [one for one in organization.groups.values() if one.origin == "vsts"]
    if not (organization.users and organization.teams and groups):
        return None
    user = rng.choice(list(organization.users.values()))
    team = rng.choice(list(organization.teams.values()))
    group = rng.choice(groups)
    return rng.choices(_PEOPLE, _PEOPLE_WEIGHTS)[0](changes, rng, user, team, group)


def _add_user(changes: Changes, rng: random.Random, user: User, team: Team, group: Group) -> str | None:
    number = changes.organization.next_number("random person")
    name = f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
    return f"added user {changes.add_user(name, f'person{number}@new.example').mail}"


def _remove_user(changes: Changes, rng: random.Random, user: User, team: Team, group: Group) -> str | None:
    if user.identity is changes.organization.owner:
        return None
    changes.remove_user(user.id)
    return f"removed user {user.id}"


def _license(changes: Changes, rng: random.Random, user: User, team: Team, group: Group) -> str | None:
    changes.change_user(user.id, license=rng.choice(tuple(LICENSES)))
    return f"changed the license of user {user.id}"


def _team_member(changes: Changes, rng: random.Random, user: User, team: Team, group: Group) -> str | None:
    if user.id in team.members:
        changes.remove_team_member(team.id, user.id)
        return f"took {user.id} out of team {team.name}"
    changes.add_team_member(team.id, user.id, admin=rng.random() < 0.2)
    return f"put {user.id} into team {team.name}"


def _group_member(changes: Changes, rng: random.Random, user: User, team: Team, group: Group) -> str | None:
    if user.id in group.members:
        changes.remove_member(group.id, user.id)
        return f"took {user.id} out of group {group.name}"
    changes.add_member(group.id, user.id)
    return f"put {user.id} into group {group.name}"


def _new_group(changes: Changes, rng: random.Random, user: User, team: Team, group: Group) -> str | None:
    number = changes.organization.next_number("random group")
    return f"created group {changes.create_group(f'New Group {number}', team.project).name}"


def _rename_group(changes: Changes, rng: random.Random, user: User, team: Team, group: Group) -> str | None:
    changes.rename_group(group.id, f"Group {changes.organization.next_number('random group')}")
    return f"renamed group {group.id}"


_PEOPLE: tuple[_OfPeople, ...] = (
    _add_user, _remove_user, _license, _team_member, _group_member, _new_group, _rename_group,
)  # fmt: skip
_PEOPLE_WEIGHTS = (3, 2, 4, 5, 3, 2, 1)


def planning_change(organization: Organization, changes: Changes, rng: random.Random) -> str | None:
    """Change an area or iteration, or what a team chose of them."""
    projects = organization.live_projects()
    if not projects:
        return None
    project = rng.choice(projects)
    teams = organization.of_project(organization.teams, project.id)
    nodes = [one for one in organization.of_project(organization.nodes, project.id) if one.parent is not None]
    if not (teams and nodes):
        return None
    verb = rng.choices(_PLANS, _PLANS_WEIGHTS)[0]
    return verb(changes, rng, project, rng.choice(teams), rng.choice(nodes))


def _new_area(changes: Changes, rng: random.Random, project: Project, team: Team, node: Node) -> str | None:
    number = changes.organization.next_number("random node")
    return f"created area {changes.create_area(project.id, f'Area {number}').path}"


def _new_iteration(
    changes: Changes, rng: random.Random, project: Project, team: Team, node: Node
) -> str | None:
    number = changes.organization.next_number("random node")
    return f"created iteration {changes.create_iteration(project.id, f'Iteration {number}').path}"


def _delete_node(
    changes: Changes, rng: random.Random, project: Project, team: Team, node: Node
) -> str | None:
    changes.delete_node(node.id)
    return f"deleted {node.kind} {node.path}"


def _rename_node(
    changes: Changes, rng: random.Random, project: Project, team: Team, node: Node
) -> str | None:
    items = changes.organization.of_project(changes.organization.work_items, project.id)
    field = f"System.{node.kind.capitalize()}Path"
    if any(str(one.fields[field]).startswith(node.path) for one in items):
        return None
    changes.rename_node(node.id, f"Node {changes.organization.next_number('random node')}")
    return f"renamed {node.kind} {node.id}"


def _team_plan(changes: Changes, rng: random.Random, project: Project, team: Team, node: Node) -> str | None:
    organization = changes.organization
    plan = organization.plans[team.id]
    if node.kind == "area":
        areas = [organization.nodes[one].path for one in plan.areas] or [project.name]
        changes.set_team_areas(team.id, [areas[0], node.path])
        return f"gave area {node.path} to team {team.name}"
    if node.id in plan.iterations:
        changes.deselect_iteration(team.id, node.id)
        return f"took iteration {node.path} from team {team.name}"
    changes.select_iteration(team.id, node.id)
    return f"gave iteration {node.path} to team {team.name}"


_PLANS: tuple[_OfPlans, ...] = (_new_area, _new_iteration, _delete_node, _rename_node, _team_plan)
_PLANS_WEIGHTS = (4, 3, 2, 2, 5)
