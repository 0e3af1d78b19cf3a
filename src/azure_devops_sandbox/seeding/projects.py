"""Seeds projects, teams and boards."""

from __future__ import annotations

import random
from datetime import timedelta

from azure_devops_sandbox.formats import guid
from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import Board, Project, Row, Team

from . import company
from .boards import EMPTY_GUID, layouts, process_of, team_counts
from .names import PROJECTS, TEAMS, unique_names

_EXTRA_STATES = ("deleted", "deleting", "createPending", "new")


def seed_projects(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Add the projects with their teams and boards; the last one of three or more keeps its code in TFVC."""
    words = company.PROJECTS if sizes.company else PROJECTS
    names = list(unique_names(words, sizes.projects + sizes.extra_projects))
    counts = team_counts(sizes)
    for index in range(sizes.projects):
        only_tfvc = sizes.projects > 2 and index == sizes.projects - 1
        project = _project(organization, rng, names[index], index, "Tfvc" if only_tfvc else "Git")
        for ordinal in range(counts[index]):
            name = f"{project.name} Team" if ordinal == 0 else _team_name(ordinal, project, sizes)
            team = Team(
                id=project.default_team if ordinal == 0 else guid(rng),
                name=name,
                project=project.id,
                description="The default project team." if ordinal == 0 else f"Looks after {name}",
            )
            organization.teams[team.id] = team
            add_boards(organization, team, index, ordinal, sizes.boards_per_team, rng)
    for index in range(sizes.extra_projects):
        state = _EXTRA_STATES[index % len(_EXTRA_STATES)]
        project = _project(organization, rng, names[sizes.projects + index], index, "Git")
        project.state = state


def _team_name(ordinal: int, project: Project, sizes: Sizes) -> str:
    words = [f"{project.name} {one}" for one in company.TEAMS] if sizes.company else TEAMS
    word = words[(ordinal - 1) % len(words)]
    return word if ordinal <= len(words) else f"{word} {(ordinal - 1) // len(words) + 1}"


def _project(organization: Organization, rng: random.Random, name: str, index: int, source: str) -> Project:
    now = organization.clock.now()
    project = Project(
        id=guid(rng),
        name=name,
        description=None if index % 4 == 3 else company.description(name),
        state="wellFormed",
        revision=rng.randrange(20, 4_000),
        visibility="public" if index % 11 == 5 else "private",
        updated=now - timedelta(minutes=rng.randrange(10_000, 900_000), milliseconds=rng.randrange(1000)),
        process=process_of(index).name,
        source_control=source,
        default_team=guid(rng),
    )
    organization.projects[project.id] = project
    return project


def add_boards(
    organization: Organization, team: Team, project_index: int, ordinal: int, count: int, rng: random.Random
) -> None:
    """Add the boards of a team."""
    for layout in layouts(process_of(project_index), ordinal, count):
        board = Board(
            id=guid(rng),
            name=layout.level.name,
            project=team.project,
            team=team.id,
            revision=rng.randrange(1, 9),
            columns=layout.columns,
            rows=(Row(EMPTY_GUID, None), Row(guid(rng), "Expedite"))
            if ordinal == 0
            else (Row(EMPTY_GUID, None),),
        )
        organization.boards[board.id] = board
