"""Seeds users, groups and who belongs to them."""

from __future__ import annotations

import random
from datetime import timedelta

from azure_devops_sandbox.formats import derived_guid, guid
from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.people import Group, User
from azure_devops_sandbox.state.records import Identity, Project, Team

from .names import account, human_names, mail_domain

ADMINISTRATORS = "Project Collection Administrators"
_VALID_USERS = "Project Collection Valid Users"
_BUILD_ACCOUNTS = "Project Collection Build Service Accounts"
_ORGANIZATION_GROUPS = {
    ADMINISTRATORS: "Members of this application group can perform all privileged operations on the organization.",
    _VALID_USERS: "This group contains all users and groups that have access to the organization.",
    _BUILD_ACCOUNTS: "Members of this group should include the service accounts used by the build services.",
    "Project Collection Service Accounts": "This group contains service accounts for this organization.",
    "Project Collection Proxy Service Accounts": "This group should only include service accounts of proxies.",
    "Project-Scoped Users": "Members of this group see only the projects that they are in.",
}
_DIRECTORY_GROUPS = {
    "Engineering": "Everyone who builds software",
    "Product & Design": "Product managers, designers and analysts",
    "Support (24/7)": "First and second line",
}
CONTRIBUTORS, READERS = "Contributors", "Readers"
PROJECT_ADMINISTRATORS, BUILD_ADMINISTRATORS = "Project Administrators", "Build Administrators"
PROJECT_VALID_USERS = "Project Valid Users"
PROJECT_GROUPS = {
    CONTRIBUTORS: "Members of this group can add, modify, and delete items within the project.",
    READERS: "Members of this group have access to the project.",
    PROJECT_ADMINISTRATORS: "Members of this group can perform all operations in the project.",
    BUILD_ADMINISTRATORS: "Members of this group can create, modify and delete build definitions.",
    PROJECT_VALID_USERS: "Members of this group have access to the project.",
    "Release Administrators": "Members of this group can perform all operations on release management.",
    "Endpoint Administrators": "Members of this group can use and manage all the service connections.",
    "Endpoint Creators": "Members of this group can create service connections.",
    "Deployment Group Administrators": "Members of this group can administer deployment groups.",
    "Release Approvers": "People who sign off production releases",
    "Security Champions": "One person of each team who looks after security",
    "External Contractors": "People of other companies",
}
DEFAULT_GROUPS = 4
"""How many groups a project that is created later has."""


def seed_people(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Add users, services and groups, and put them into groups and teams."""
    _users(organization, sizes.users, rng)
    people = list(organization.users.values())
    _services(organization, sizes.service_accounts, rng)
    if sizes.groups_per_project:
        _organization_groups(organization, people, rng)
    for project in organization.projects.values():
        teams = organization.of_project(organization.teams, project.id)
        for team in teams:
            _fill_team(organization, team, people, rng)
        add_project_groups(organization, project, sizes.groups_per_project)
        _fill_groups(organization, project, people, rng)


def directory(organization: Organization) -> str:
    """Return the id of the directory (tenant) of the organization."""
    return derived_guid(organization.instance_id, "directory")


def _users(organization: Organization, count: int, rng: random.Random) -> None:
    for place, author in enumerate(organization.people[:count]):
        status = rng.choices(("active", "disabled"), (19, 1))[0] if place else "active"
        add_user(organization, author, "aad", status, rng)
    names = human_names(rng, count)
    taken = {one.display_name for one in organization.people}
    domain = mail_domain(organization.name)
    for index, name in enumerate(one for one in names if one not in taken):
        if len(organization.users) >= count:
            return
        kind = "msa" if index % 9 == 4 else "aad"
        mail = f"{account(name)}@{'outlook.example' if kind == 'msa' else domain}"
        status = rng.choices(("active", "pending", "disabled"), (8, 2, 1))[0]
        descriptor = f"{kind}.{guid(rng).replace('-', '')}"
        add_user(organization, Identity(guid(rng), name, mail, descriptor), kind, status, rng)


def add_user(
    organization: Organization, identity: Identity, kind: str, status: str, rng: random.Random
) -> User:
    """Add a person as a user with a license; one who is `pending` was never here."""
    now = organization.clock.now()
    created = now - timedelta(days=rng.randrange(20, 1_500), seconds=rng.randrange(86_400))
    guest = kind == "aad" and len(organization.users) % 17 == 9
    accessed = now - timedelta(minutes=int(30_000 * rng.random() ** 2), milliseconds=rng.randrange(1000))
    user = User(
        identity=identity,
        kind=kind,
        mail=identity.unique_name,
        origin_id=guid(rng),
        domain="Windows Live ID" if kind == "msa" else directory(organization),
        meta_type=None if kind == "msa" else "guest" if guest else "member",
        license=rng.choices(
            ("express", "stakeholder", "advanced", "enterprise", "professional"), (60, 18, 6, 10, 6)
        )[0],
        status=status,
        created=created,
        accessed=None if status == "pending" else max(created, accessed),
    )
    organization.users[user.id] = user
    return user


def _services(organization: Organization, count: int, rng: random.Random) -> None:
    projects = [f"{one.name} " for one in organization.live_projects()]
    for scope in ["Project Collection ", *projects][:count]:
        key = guid(rng)
        identity = Identity(guid(rng), f"{scope}Build Service ({organization.name})", key, f"svc.{guid(rng)}")
        user = User(
            identity=identity,
            kind="svc",
            mail="",
            origin_id=key,
            domain="Build",
            meta_type=None,
            license="express",
            status="active",
            created=organization.clock.now() - timedelta(days=rng.randrange(300, 1_500)),
            accessed=None,
        )
        organization.users[user.id] = user


def add_group(
    organization: Organization, name: str, project: str | None, description: str, origin: str = "vsts"
) -> Group:
    """Add an empty group to the organization or a project."""
    group = Group(
        id=organization.new_guid("group"), name=name, project=project, description=description, origin=origin
    )
    organization.groups[group.id] = group
    organization.touch(group)
    return group


def add_project_groups(organization: Organization, project: Project, count: int) -> None:
    """Add the first groups that a project has; teams contribute, and the valid users are all the others."""
    made = {
        name: add_group(organization, name, project.id, text)
        for name, text in list(PROJECT_GROUPS.items())[:count]
    }
    if CONTRIBUTORS in made:
        made[CONTRIBUTORS].members += [
            one.id for one in organization.of_project(organization.teams, project.id)
        ]
    if PROJECT_VALID_USERS in made:
        made[PROJECT_VALID_USERS].members += [
            one.id for one in made.values() if one.name != PROJECT_VALID_USERS
        ]


def _organization_groups(organization: Organization, people: list[User], rng: random.Random) -> None:
    made = {name: add_group(organization, name, None, text) for name, text in _ORGANIZATION_GROUPS.items()}
    made[ADMINISTRATORS].members += _some(people[:1], people, 2, rng)
    made[_VALID_USERS].members += [one.id for one in made.values() if one.name != _VALID_USERS]
    made[_BUILD_ACCOUNTS].members += [one.id for one in organization.users.values() if one.kind == "svc"]
    for place, (name, text) in enumerate(_DIRECTORY_GROUPS.items()):
        group = add_group(organization, name, None, text, "aad")
        share = (0.7, 0.2, 0.1)[place]
        group.members += [one.id for one in people if one.kind == "aad" and rng.random() < share]
        made[_VALID_USERS].members.append(group.id)


def _some(first: list[User], people: list[User], count: int, rng: random.Random) -> list[str]:
    """Return the ids of the first ones and of `count` random people, each once."""
    chosen = [*first, *rng.sample(people, min(count, len(people)))]
    return list(dict.fromkeys(one.id for one in chosen))


def _fill_team(organization: Organization, team: Team, people: list[User], rng: random.Random) -> None:
    """Put people into a team; in one of seven teams a group of the directory is a member, too."""
    team.members = _some([], people, rng.randrange(3, 10), rng)
    team.admins = set(team.members[: rng.randrange(1, 3)])
    directory_groups = [one for one in organization.groups.values() if one.origin == "aad"]
    if directory_groups and rng.random() < 1 / 7:
        team.members.append(directory_groups[-1].id)


def _fill_groups(
    organization: Organization, project: Project, people: list[User], rng: random.Random
) -> None:
    """Put people, services and groups of the organization into the groups of a project."""
    groups = {one.name: one for one in organization.groups.values() if one.project == project.id}
    shared = {one.name: one for one in organization.groups.values() if one.project is None}
    mine = f"{project.name} Build Service"
    services = [one.id for one in organization.users.values() if one.identity.display_name.startswith(mine)]
    for name, group in groups.items():
        if name == PROJECT_ADMINISTRATORS:
            group.members += _some([], people, 2, rng)
        elif name == BUILD_ADMINISTRATORS:
            group.members += [*_some([], people, 1, rng), *services]
        elif name == READERS:
            group.members += [shared["Product & Design"].id] if rng.random() < 0.7 else []
        elif name == CONTRIBUTORS:
            group.members += _some([], people, rng.randrange(4), rng)
        elif name != PROJECT_VALID_USERS:
            group.members += _some([], people, rng.randrange(5), rng)
    if PROJECT_VALID_USERS in groups:
        shared[_VALID_USERS].members.append(groups[PROJECT_VALID_USERS].id)
