"""Seeds areas and iterations, and what the teams chose of them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.planning import Node, TeamPlan
from azure_devops_sandbox.state.records import Project, Team
from azure_devops_sandbox.state.trees import ensure_node

_SPRINTS = 8
_SPRINT = timedelta(days=14)
_AREAS = (
    "Web", "API", "Mobile", "Accounts", "Reporting", "Search & Browse", "Billing", "Notifications", "Data import",
    "Localization", "Accessibility", "Sécurité",
)  # fmt: skip
_PHASES = ("Discovery", "Hardening", "Rollout")


def seed_planning(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Add the trees of all projects and the plans of all teams."""
    for project in organization.projects.values():
        add_trees(organization, project, current=rng.randrange(3, 8))
        teams = organization.of_project(organization.teams, project.id)
        for team in teams:
            add_plan(organization, project, team)
        _more_areas(organization, project, teams, sizes.areas_per_project, rng)
        _more_iterations(organization, project, sizes.iterations_per_project)
        for team in teams:
            _choose_iterations(organization, project, team, rng)


def monday(moment: datetime) -> datetime:
    """Return the beginning of the week."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=moment.weekday())


def add_trees(organization: Organization, project: Project, current: int = 3) -> None:
    """Add the roots of a project and its sprints, of which this one is running; the last one has no dates."""
    ensure_node(organization, project, "area", project.name)
    first = monday(organization.clock.now()) - _SPRINT * (current - 1)
    for number in range(1, _SPRINTS + 1):
        node = ensure_node(organization, project, "iteration", f"{project.name}\\Sprint {number}")
        if number < _SPRINTS:
            _date(node, first + _SPRINT * (number - 1), _SPRINT)


def _date(node: Node, start: datetime, length: timedelta) -> None:
    """Give an iteration its first and its last day; the next one may begin the day after."""
    node.start, node.finish = start, start + length - timedelta(days=1)


def add_plan(organization: Organization, project: Project, team: Team) -> None:
    """Give a team its area (the default team has the whole project) and all sprints."""
    default = team.id == project.default_team
    path = project.name if default else f"{project.name}\\{team.name}"
    area = ensure_node(organization, project, "area", path)
    sprints = organization.trees[project.id, "iteration"].children
    plan = TeamPlan(team=team.id, project=project.id, areas={area.id: True})
    plan.iterations = [one.id for one in sprints]
    organization.plans[team.id] = plan
    organization.touch(plan)


def _more_areas(
    organization: Organization, project: Project, teams: list[Team], count: int, rng: random.Random
) -> None:
    """Add areas below those of the teams, some of them two levels deep; the default team may own one more."""
    parents = [
        project.name,
        *(f"{project.name}\\{one.name}" for one in teams if one.id != project.default_team),
    ]
    for index in range(count):
        word = _AREAS[index % len(_AREAS)]
        name = word if index < len(_AREAS) else f"{word} {index // len(_AREAS) + 1}"
        node = ensure_node(organization, project, "area", f"{rng.choice(parents)}\\{name}")
        if rng.random() < 0.5:
            parents.append(node.path)
        if teams and rng.random() < 0.3:
            organization.plans[rng.choice(teams).id].areas.setdefault(node.id, rng.random() < 0.5)


def _more_iterations(organization: Organization, project: Project, count: int) -> None:
    """Add releases with phases; the phases have dates, the releases those of their phases."""
    day = monday(organization.clock.now()) + _SPRINT * 4
    for index in range(count):
        number, phase = divmod(index, len(_PHASES))
        release = ensure_node(organization, project, "iteration", f"{project.name}\\Release {number + 1}.0")
        node = ensure_node(organization, project, "iteration", f"{release.path}\\{_PHASES[phase]}")
        _date(node, day, _SPRINT)
        release.start, release.finish = release.start or node.start, node.finish
        day += _SPRINT


def _choose_iterations(organization: Organization, project: Project, team: Team, rng: random.Random) -> None:
    """Let a team that is not the default one leave some of the older sprints, and some take releases."""
    if team.id == project.default_team:
        return
    plan, root = organization.plans[team.id], organization.trees[project.id, "iteration"]
    plan.iterations = plan.iterations[rng.randrange(4) :]
    if rng.random() < 0.5:
        releases = [one for one in root.below() if one.parent is not root]
        plan.iterations += [one.id for one in releases]
