"""Finds users, groups and teams, and who belongs to what. A team is a group, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from .organization import Organization
from .people import Group, User
from .records import Team

Container: TypeAlias = Group | Team
Subject: TypeAlias = User | Group | Team


def find_by_id(organization: Organization, subject_id: str) -> Subject | None:
    """Find a user, group or team by its storage key."""
    return (
        organization.users.get(subject_id)
        or organization.groups.get(subject_id)
        or organization.teams.get(subject_id)
    )


def find_by_descriptor(organization: Organization, descriptor: str) -> Subject | None:
    """Find a user, group or team by its descriptor."""
    return organization.derived("subjects by descriptor", lambda: _by_descriptor(organization)).get(
        descriptor
    )


def _by_descriptor(organization: Organization) -> dict[str, Subject]:
    subjects: list[Subject] = [*organization.users.values(), *containers(organization)]
    return {one.descriptor: one for one in subjects}


def containers(organization: Organization) -> list[Container]:
    """Return all groups and teams of the organization and of projects that can be read."""
    live = {one.id for one in organization.live_projects()}
    found: list[Container] = [
        one for one in organization.groups.values() if one.project is None or one.project in live
    ]
    return [*found, *(one for one in organization.teams.values() if one.project in live)]


def containers_of(organization: Organization, subject_id: str) -> list[Container]:
    """Return the groups and teams that a user, group or team is a direct member of."""
    return organization.derived("containers by member", lambda: _by_member(organization)).get(subject_id, [])


def _by_member(organization: Organization) -> dict[str, list[Container]]:
    found: dict[str, list[Container]] = {}
    for one in containers(organization):
        for member in one.members:
            found.setdefault(member, []).append(one)
    return found


def members_of(organization: Organization, container: Container) -> list[Subject]:
    """Return the direct members of a group or team; groups of a project that cannot be read are left out."""
    found = (find_by_id(organization, one) for one in container.members)
    return [
        one
        for one in found
        if one is not None and find_by_descriptor(organization, one.descriptor) is not None
    ]


def people_of(organization: Organization, container: Container) -> list[User]:
    """Return the users of a group or team, with those of the groups in it, each once."""
    return list({one.id: one for one in _users(organization, container, {container.id})}.values())


def _users(organization: Organization, container: Container, seen: set[str]) -> Iterator[User]:
    for one in members_of(organization, container):
        if isinstance(one, User):
            yield one
        elif one.id not in seen:
            seen.add(one.id)
            yield from _users(organization, one, seen)


def everything_above(organization: Organization, subject_id: str) -> dict[str, Container]:
    """Return the groups and teams that a user, group or team is in, directly or by another group, by id."""
    found: dict[str, Container] = {}
    waiting = [subject_id]
    while waiting:
        for one in containers_of(organization, waiting.pop()):
            if one.id not in found:
                found[one.id] = one
                waiting.append(one.id)
    return found
